//! Where mails and texts end: a mail server and a gateway that keep everything they are given, and outlive whoever sends.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// Something that was delivered.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// The name that the sender gave it, the same where it is sent twice.
    pub id: String,
    pub to: String,
    pub text: String,
}

/// Both.
#[derive(Clone)]
pub struct Sink {
    kept: Arc<Mutex<Vec<Delivered>>>,
    pub mail: SocketAddr,
    pub texts: SocketAddr,
}

impl Sink {
    #[expect(clippy::disallowed_methods, reason = "its clients are our own")]
    pub async fn open() -> Self {
        let mail = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let texts = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let sink = Self {
            kept: Arc::default(),
            mail: mail.local_addr().unwrap(),
            texts: texts.local_addr().unwrap(),
        };
        let (mails, gateway) = (sink.clone(), sink.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = mail.accept().await {
                tokio::spawn(mails.clone().receive(stream));
            }
        });
        let router = Router::new().fallback(async move |body: String| gateway.take(&body));
        tokio::spawn(async move { axum::serve(texts, router).await });
        sink
    }

    /// A text as the gateway gets it: the name, the number and the text, each on a line.
    fn take(&self, body: &str) {
        let said: serde_json::Value = serde_json::from_str(body).unwrap();
        let field = |name: &str| said[name].as_str().unwrap().to_owned();
        self.kept.lock().unwrap().push(Delivered {
            id: field("id"),
            to: field("to"),
            text: field("text"),
        });
    }

    /// As much of SMTP as a client needs that is well.
    async fn receive(self, stream: TcpStream) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 sink\r\n").await?;
        let (mut to, mut line) = (String::new(), String::new());
        loop {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let said = line.trim_end();
            if let Some(address) = said.strip_prefix("RCPT TO:<") {
                address.split('>').next().unwrap_or_default().clone_into(&mut to);
            }
            if said == "DATA" {
                stream.write_all(b"354 go on\r\n").await?;
                let text = letter(&mut stream).await?;
                let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: "));
                self.kept.lock().unwrap().push(Delivered {
                    id: id.unwrap_or_default().to_owned(),
                    to: to.clone(),
                    text,
                });
            }
            stream.write_all(b"250 taken\r\n").await?;
        }
    }

    pub fn list(&self) -> Vec<Delivered> {
        self.kept.lock().unwrap().clone()
    }

    /// The codes that were delivered to an address, the oldest first.
    pub fn codes(&self, to: &str) -> Vec<String> {
        let kept = self.kept.lock().unwrap();
        kept.iter().filter(|one| one.to == to).filter_map(code).collect()
    }
}

async fn letter(stream: &mut BufReader<TcpStream>) -> std::io::Result<String> {
    let (mut text, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 || line == ".\r\n" {
            return Ok(text);
        }
        text.push_str(&line);
    }
}

/// The code in a message, if it has one.
pub fn code(one: &Delivered) -> Option<String> {
    if let Some((_, code)) = one.text.rsplit_once('#').filter(|_| one.to.starts_with('+')) {
        return Some(code.to_owned());
    }
    let is_code = |line: &&str| line.len() == 9 && line.chars().all(|c| c.is_ascii_digit() || c == ' ');
    one.text.lines().find(is_code).map(|line| line.replace(' ', ""))
}
