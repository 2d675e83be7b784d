//! A post office on this machine: a mail server and a gateway for text messages, as far as the server under measure needs
//! them, which take every message and keep what was in it.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Deserialize;

/// How long a message is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where messages arrive.
pub struct Post {
    arrived: Arc<Arrived>,
    /// Of the mail server.
    pub mail: SocketAddr,
    /// Of the gateway: it takes a JSON object with `to` and `text`.
    pub texts: SocketAddr,
}

/// The newest message to every address.
#[derive(Default)]
struct Arrived {
    messages: Mutex<HashMap<String, String>>,
    more: Condvar,
}

#[derive(Deserialize)]
struct Text {
    to: String,
    text: String,
}

impl Post {
    /// Opens both counters. They stay open as long as xtask runs.
    pub fn open() -> Result<Self> {
        let arrived = Arc::new(Arrived::default());
        Ok(Self {
            mail: counter(&arrived, take_mails)?,
            texts: counter(&arrived, take_texts)?,
            arrived,
        })
    }

    /// Waits for a message to an address and takes it away.
    pub fn collect(&self, address: &str) -> Result<String> {
        let messages = self.arrived.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut messages, _) = self
            .arrived
            .more
            .wait_timeout_while(messages, PATIENCE, |messages| !messages.contains_key(address))
            .unwrap_or_else(PoisonError::into_inner);
        messages
            .remove(address)
            .with_context(|| format!("nothing came to {address} within {PATIENCE:?}"))
    }
}

impl Arrived {
    fn keep(&self, address: &str, text: String) {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        messages.insert(address.to_owned(), text);
        self.more.notify_all();
    }
}

/// One thread for each that comes. Whoever breaks off is forgotten: the server tries again, or the bench misses the
/// message and says so.
fn counter(arrived: &Arc<Arrived>, serve: fn(TcpStream, &Arrived) -> Result<()>) -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on the loopback")?;
    let address = listener.local_addr().context("a bound listener has an address")?;
    let arrived = Arc::clone(arrived);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let arrived = Arc::clone(&arrived);
            thread::spawn(move || serve(stream, &arrived));
        }
    });
    Ok(address)
}

/// As much of SMTP (RFC 5321) as a client needs that asks for nothing special.
fn take_mails(stream: TcpStream, arrived: &Arrived) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut answers = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    let mut to = String::new();
    answers.write_all(b"220 bench\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let answer = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
            "RCPT" => {
                recipient(&line).unwrap_or_default().clone_into(&mut to);
                "250 ok\r\n"
            }
            "DATA" => {
                answers.write_all(b"354 go on\r\n")?;
                let mut text = String::new();
                while let Some(line) = lines.next().transpose()?.filter(|line| line != ".") {
                    text.push_str(&line);
                    text.push('\n');
                }
                arrived.keep(&to, text);
                "250 taken\r\n"
            }
            "QUIT" => return Ok(answers.write_all(b"221 bye\r\n")?),
            _ => "250 bench\r\n",
        };
        answers.write_all(answer.as_bytes())?;
    }
    Ok(())
}

/// From `RCPT TO:<somebody@example.org>`.
fn recipient(line: &str) -> Option<&str> {
    Some(line.split_once('<')?.1.split_once('>')?.0)
}

/// One message for each request, over a connection that stays.
fn take_texts(stream: TcpStream, arrived: &Arrived) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut answers = stream.try_clone()?;
    let mut requests = BufReader::new(stream);
    loop {
        let mut length = 0;
        let mut line = String::new();
        while requests.read_line(&mut line)? > 0 && !line.trim().is_empty() {
            let header = line.to_ascii_lowercase();
            if let Some(bytes) = header.strip_prefix("content-length:") {
                length = bytes.trim().parse()?;
            }
            line.clear();
        }
        if line.is_empty() {
            return Ok(());
        }
        let mut body = vec![0; length];
        requests.read_exact(&mut body)?;
        let Text { to, text } = serde_json::from_slice(&body)?;
        arrived.keep(&to, text);
        answers.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(to: SocketAddr, what: &str) -> TcpStream {
        let mut stream = TcpStream::connect(to).unwrap();
        stream.write_all(what.as_bytes()).unwrap();
        stream
    }

    #[test]
    fn a_mail_is_kept_for_its_recipient() {
        let post = Post::open().unwrap();
        let said = "EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<t@example.org>\r\nDATA\r\nSubject: x\r\n\r\n1234 5678\r\n.\r\n";
        let _stream = say(post.mail, said);
        assert_eq!(post.collect("t@example.org").unwrap(), "Subject: x\n\n1234 5678\n");
    }

    #[test]
    fn two_texts_on_one_connection_are_told_apart() {
        let post = Post::open().unwrap();
        let text = |to: &str| {
            let body = format!("{{\"to\":\"{to}\",\"text\":\"for {to}\",\"id\":\"1\"}}");
            format!("POST / HTTP/1.1\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        };
        let _stream = say(post.texts, &(text("+811") + &text("+812")));
        assert_eq!(post.collect("+812").unwrap(), "for +812");
        assert_eq!(post.collect("+811").unwrap(), "for +811");
    }
}
