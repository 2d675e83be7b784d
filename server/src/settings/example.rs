//! The file that an operator begins with: every key, what it is for, and what it is without being set.

/// Every key. What is commented out shows its default or an example.
pub(super) const EXAMPLE: &str = r#"# Settings of Aikagi.
#
# A line that begins with # is not read; where it shows a key, it shows the value that holds without it, unless it says
# "for example". Paths are relative to this file. Every key can be replaced by an environment variable: AIKAGI_, then the
# section, then the key, in capitals. Do so with passwords: AIKAGI_MAIL_PASSWORD.

# The address under which people reach the portal, through your proxy that speaks TLS. Links and cookies depend on it.
public_url = "https://reset.example.org"

# Where it listens. The proxy in front of it is the only one that should reach it.
#listen = "127.0.0.1:8080"

# Proxies whose X-Forwarded-For is believed, as addresses or networks. For example: ["10.0.0.5", "10.1.0.0/24"]
#trusted_proxies = []

# Its own files; on a server for example "/var/lib/aikagi".
#data_dir = "data"

# The secret keys. Must not lie in data_dir, so that no copy of one folder holds both; on a server for example
# "/etc/aikagi/keyring.toml".
#keyring = "keyring.toml"

# The time zone in which times are shown (IANA name).
#time_zone = "Asia/Tokyo"

# The database: one file on a local disk, or a PostgreSQL database (13 or later) that several servers share.
#[database]
#url = "sqlite:data/aikagi.db"

# For PostgreSQL: the role that serves, the host, and the name of the database. Its password is
# AIKAGI_DATABASE_PASSWORD. For example:
# url = "postgres://aikagi@db.example.org/aikagi"

# The role that owns the tables, for `aikagi migrate` alone: the role that serves can then not alter the audit log. Its
# password is AIKAGI_DATABASE_MIGRATE_PASSWORD, which the server itself need not have. For example:
# migrate_user = "aikagi_owner"

# "tls", or "none-for-loopback-only" for a database on this machine, where it is what holds without this key.
# security = "tls"

# Certificates of your own authority, as a PEM file, where the database has one of it. For example:
# ca = "/etc/aikagi/database-ca.pem"

[organisation]
# The name at the head of every page and in every message; a language that is missing uses the other.
name.en = "Kitayama University"
name.ja = "北山大学"

# One character or two that stand beside the name. Without it: the first letter of the name.
#emblem = "K"

# One line for the foot of every page: where people find help. For example:
#help.en = "Help desk: 03-1234-5678, weekdays 9:00–17:00"
#help.ja = "ヘルプデスク: 03-1234-5678 平日 9:00〜17:00"

# For browsers that ask for no language of ours: "en" or "ja".
#default_language = "en"

# Mail. Without this section none is sent, and nobody can be asked for a code by mail.
#[mail]
#host = "mail.example.org"

# "starttls", "tls", or "none-for-loopback-only" for a mail server on this machine.
#security = "starttls"

# 587 with "starttls", 465 with "tls", 25 without either.
#port = 587

# Where the mail server asks for them. Keep the password in the environment: AIKAGI_MAIL_PASSWORD
#user = "aikagi"
#password = ""

#from = "Kitayama University <no-reply@example.org>"

# Who hears of people that cannot go on by themselves; at most 100. Without it: the administrators.
#help_desk = ["it-help@example.org"]

# A file with certificates (PEM), where the mail server's come from an authority of your own.
#ca = "mail-ca.pem"

# Text messages, by any service that takes one HTTP request per message. Without this section none are sent.
#[text]
# "GET", "POST" or "PUT".
#method = "POST"

# https, or http to this machine. {to}, {text}, {id} and {language} are filled in, and escaped for where they stand.
#url = "https://sms.example.org/v1/messages"

# Content-Type is application/json unless set to application/x-www-form-urlencoded. Keep secrets in the environment:
# AIKAGI_TEXT_HEADERS_AUTHORIZATION
#headers = { Content-Type = "application/json" }

# {text_xml} is the text escaped for XML as well, as some services want it for calls.
#body = '{"to": "{to}", "text": "{text}", "reference": "{id}"}'

# Which answers mean that the message was taken; for example with: json = "/messages/0/status", equals = "0"
#success = { status = ["200-299"] }

# Calls that read a code aloud; the same keys as [text]. Where the service can wait for a key before it speaks, let it: a
# machine that takes the call presses none, and records no code.
#[voice]
#url = "https://voice.example.org/v1/calls"
#headers = { Content-Type = "application/x-www-form-urlencoded" }
#body = "To={to}&Language={language}&Say={text}"

[hashing]
# Argon2id: memory in KiB and passes. May be raised, not lowered below what OWASP asks for.
#memory_kib = 19456
#passes = 2

# How many hashes at a time. Without it: as many as there are processors, within 256 MiB.
#permits = 2

[limits]
# Networks behind which more people are than behind others, with the resets that may begin there in a minute before each costs
# its browser more work (60 elsewhere); five times as many are refused. For example: ["203.0.113.7 600"]
#networks = []

[audit]
# For how many days the audit log is kept, 30 to 3650. What is older is removed; the rest can still be verified.
#keep_days = 730

# Counts and times for Prometheus at /metrics, on an address of its own that only monitoring should reach. Without it: none.
[metrics]
#listen = "127.0.0.1:9464"

[log]
# "text" for people or "json" for machines.
#format = "text"

# "error", "warn", "info", "debug" or "trace".
#level = "info"
"#;
