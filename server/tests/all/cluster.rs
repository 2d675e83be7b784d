//! The database that the tests are tried on: a SQLite file each, or where `AIKAGI_TEST_POSTGRES` holds the address of a
//! `PostgreSQL` cluster that may be thrown away, a database each. A test knows its database by the folder it has.
//!
//! There the store works as a role that may alter nothing in the audit log, over a schema that belongs to another one; the
//! connection of a stranger is the administrator's.

use std::path::Path;

use server::settings::{Database, Environment, Settings};
use server::store::SqlStore;
use sqlx::any::{AnyConnectOptions, install_default_drivers};
use sqlx::{AnyConnection, ConnectOptions as _, Connection as _, Row as _};
use url::Url;

/// The name of the variable with the address of the cluster.
const CLUSTER: &str = "AIKAGI_TEST_POSTGRES";
/// The database that those of the tests are copied from.
const TEMPLATE: &str = "aikagi_template";

/// The cluster; none where the tests are tried on files.
pub fn cluster() -> Option<Url> {
    std::env::var(CLUSTER).ok().map(|address| address.parse().unwrap())
}

/// Whether the tests are tried on a server.
pub fn is_server() -> bool {
    cluster().is_some()
}

/// The database of a folder, made where it is not there yet.
pub async fn database(folder: &Path) -> Database {
    let Some(cluster) = cluster() else {
        return Database::Sqlite(folder.join("aikagi.db"));
    };
    let mut admin = connect(&cluster, "postgres").await;
    ensure_template(&cluster, &mut admin).await;
    let name = name(folder);
    if !is_there(&mut admin, &name).await {
        run(
            &mut admin,
            format!("create database \"{name}\" template {TEMPLATE} owner aikagi_owner"),
        )
        .await;
    }
    admin.close().await.unwrap();
    of_name(&cluster, &name)
}

/// A store on the database of a folder.
pub async fn open(folder: &Path, keys: std::sync::Arc<dyn portal::ports::Keys>) -> SqlStore {
    SqlStore::of(&database(folder).await, keys).await.unwrap()
}

/// The same database by a connection of a stranger, who asks nobody.
pub async fn raw(folder: &Path) -> AnyConnection {
    install_default_drivers();
    if let Some(cluster) = cluster() {
        return connect(&cluster, &name(folder)).await;
    }
    let mut url = Url::parse("sqlite:///").unwrap();
    url.set_path(folder.join("aikagi.db").to_str().unwrap());
    AnyConnectOptions::from_url(&url).unwrap().connect().await.unwrap()
}

/// Throws the database of a folder away; a file goes with its folder.
pub fn forget(folder: &Path) {
    let Some(cluster) = cluster() else { return };
    let statement = format!("drop database if exists \"{}\" with (force)", name(folder));
    let dropping = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut admin = connect(&cluster, "postgres").await;
            run(&mut admin, statement).await;
            admin.close().await.unwrap();
        });
    });
    // A test that failed tells that, and not this.
    let _ = dropping.join();
}

/// The name of a folder's database.
pub fn name(folder: &Path) -> String {
    folder.file_name().unwrap().to_str().unwrap().to_owned()
}

/// The settings of a database of the cluster.
pub fn of_name(cluster: &Url, name: &str) -> Database {
    let (host, port) = (cluster.host_str().unwrap(), cluster.port().unwrap());
    let text = format!(
        "public_url = \"http://localhost:1\"\n[database]\nurl = \"postgres://aikagi_serve@{host}:{port}/{name}\"\n\
         migrate_user = \"aikagi_owner\"\n"
    );
    Settings::read(&text, "/nowhere/aikagi.toml".as_ref(), &Environment::default())
        .unwrap()
        .database
}

/// A connection of the administrator.
pub async fn connect(cluster: &Url, database: &str) -> AnyConnection {
    install_default_drivers();
    let mut url = cluster.clone();
    url.set_path(database);
    url.set_query(Some("sslmode=disable"));
    AnyConnectOptions::from_url(&url).unwrap().connect().await.unwrap()
}

/// Makes the roles and the database to copy from, unless another test has.
async fn ensure_template(cluster: &Url, admin: &mut AnyConnection) {
    run(admin, "select count(pg_advisory_lock(1)) from (select 1) as one").await;
    if !is_there(admin, TEMPLATE).await {
        for statement in [
            "create role aikagi_owner login",
            "create role aikagi_serve login",
            "create database aikagi_making template template0 encoding 'UTF8' owner aikagi_owner",
        ] {
            run(admin, statement).await;
        }
        let Database::Postgres(making) = of_name(cluster, "aikagi_making") else {
            panic!("no server")
        };
        SqlStore::migrate_server(&making).await.unwrap();
        run(admin, format!("alter database aikagi_making rename to {TEMPLATE}")).await;
    }
    run(admin, "select count(pg_advisory_unlock(1)) from (select 1) as one").await;
}

async fn is_there(admin: &mut AnyConnection, name: &str) -> bool {
    let found = sqlx::query("select 1 as found from pg_database where datname = $1").bind(name);
    found.fetch_optional(admin).await.unwrap().is_some()
}

/// Everything that stands in the database of a server, as text.
#[expect(clippy::disallowed_methods, reason = "the names of our own tables")]
pub async fn dump(conn: &mut AnyConnection) -> String {
    let tables = sqlx::query("select tablename::text as name from pg_tables where schemaname = 'public' order by 1");
    let mut text = String::new();
    for table in tables.fetch_all(&mut *conn).await.unwrap() {
        let table: String = table.get("name");
        let rows = format!("select whole::text as whole from {table} as whole order by 1");
        for row in sqlx::query(sqlx::AssertSqlSafe(rows))
            .fetch_all(&mut *conn)
            .await
            .unwrap()
        {
            text.push_str(&table);
            text.push('|');
            text.push_str(row.get("whole"));
            text.push('\n');
        }
    }
    text
}

/// Begins a transaction that keeps others from writing to a table.
pub async fn hold_up(stranger: &mut AnyConnection, table: &str) {
    let begin = if is_server() {
        format!("begin; lock table {table} in exclusive mode")
    } else {
        "begin immediate".into()
    };
    run(stranger, begin).await;
}

pub async fn run(conn: &mut AnyConnection, statement: impl Into<String>) {
    let statement = statement.into();
    if let Err(error) = try_to_run(conn, &statement).await {
        panic!("{statement}: {error}")
    }
}

/// Runs a statement that is written as SQLite reads it.
#[expect(
    clippy::disallowed_methods,
    reason = "statements of our own, about databases of our own"
)]
pub async fn try_to_run(conn: &mut AnyConnection, statement: &str) -> sqlx::Result<()> {
    let mut statement = statement.to_owned();
    if is_server() {
        for (theirs, ours) in [
            ("zeroblob(32)", "decode(repeat('00', 32), 'hex')"),
            ("x'00'", "'\\x00'::bytea"),
        ] {
            statement = statement.replace(theirs, ours);
        }
    }
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(conn)
        .await
        .map(drop)
}
