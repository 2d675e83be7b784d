//! A message centre as telephone companies run them, as far as a gateway asks for it (SMPP 3.4): it lets everybody in, takes
//! messages and puts the parts of a long one together.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A command with this bit is the answer to it (SMPP 3.4 §5.1.2.1).
const ANSWER: u32 = 0x8000_0000;
const BIND_TRANSCEIVER: u32 = 0x9;
const SUBMIT: u32 = 0x4;
/// The text begins with the number of the message and of its part (3GPP TS 23.040 §9.2.3.24.1).
const HAS_HEADER: u8 = 0x40;

/// By recipient and the number of the message: its parts.
type Taken = BTreeMap<(String, u8), BTreeMap<u8, Vec<u8>>>;

pub struct Centre {
    pub address: SocketAddr,
    taken: Arc<Mutex<Taken>>,
    working: JoinHandle<()>,
}

impl Centre {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let taken = Arc::<Mutex<Taken>>::default();
        let kept = Arc::clone(&taken);
        let working = tokio::spawn(async move {
            while let Ok((gateway, _)) = listener.accept().await {
                tokio::spawn(serve(gateway, Arc::clone(&kept)));
            }
        });
        Self {
            address,
            taken,
            working,
        }
    }

    /// The messages to a number that are whole.
    pub fn taken(&self, to: &str) -> Vec<String> {
        let taken = self.taken.lock().unwrap();
        let ours = taken
            .iter()
            .filter(|((number, _), _)| number.trim_start_matches('+') == to.trim_start_matches('+'));
        ours.filter_map(|(_, parts)| whole(parts)).collect()
    }
}

impl Drop for Centre {
    fn drop(&mut self) {
        self.working.abort();
    }
}

/// The text of a message of which every part is there; the first byte of each tells of how many.
fn whole(parts: &BTreeMap<u8, Vec<u8>>) -> Option<String> {
    let most = *parts.values().next()?.first()?;
    let units: Vec<u16> = parts
        .values()
        .flat_map(|part| part[1..].chunks_exact(2))
        .map(|unit| u16::from_be_bytes([unit[0], unit[1]]))
        .collect();
    (parts.len() == usize::from(most)).then(|| String::from_utf16(&units).unwrap())
}

async fn serve(mut gateway: TcpStream, taken: Arc<Mutex<Taken>>) {
    let mut alone = 0_u8;
    while let Ok(length) = gateway.read_u32().await {
        let (command, _status) = (gateway.read_u32().await.unwrap(), gateway.read_u32().await.unwrap());
        let number = gateway.read_u32().await.unwrap();
        let mut body = vec![0; usize::try_from(length).unwrap() - 16];
        gateway.read_exact(&mut body).await.unwrap();
        let said: &[u8] = match command {
            BIND_TRANSCEIVER => b"centre\0",
            SUBMIT => {
                alone = alone.wrapping_add(1);
                take(&body, alone, &mut taken.lock().unwrap());
                b"1\0"
            }
            _ => b"",
        };
        if command & ANSWER == 0 {
            let mut answer = Vec::new();
            for word in [16 + u32::try_from(said.len()).unwrap(), command | ANSWER, 0, number] {
                answer.extend(word.to_be_bytes());
            }
            answer.extend(said);
            gateway.write_all(&answer).await.unwrap();
        }
    }
}

/// Takes a message or a part of one (SMPP 3.4 §4.4.1). `alone` is the number of one that is whole by itself.
fn take(body: &[u8], alone: u8, taken: &mut Taken) {
    let mut fields = Fields(body);
    fields.text();
    let mut number = || {
        // Its type and its plan come first.
        fields.bytes(2);
        fields.text()
    };
    let (_from, to) = (number(), number());
    let has_header = fields.bytes(1)[0] & HAS_HEADER != 0;
    fields.bytes(2);
    let (_scheduled, _valid) = (fields.text(), fields.text());
    fields.bytes(4);
    let length = usize::from(fields.bytes(1)[0]);
    let text = fields.bytes(length);
    let (message, part, of, text) = if has_header {
        let (header, text) = text.split_at(usize::from(text[0]) + 1);
        (header[3], header[5], header[4], text)
    } else {
        (alone, 1, 1, text)
    };
    let kept = [&[of], text].concat();
    taken.entry((to, message)).or_default().insert(part, kept);
}

/// What is left of a message's fields.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn bytes(&mut self, length: usize) -> &'a [u8] {
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes
    }

    /// One that ends with a zero.
    fn text(&mut self) -> String {
        let length = self.0.iter().position(|&byte| byte == 0).unwrap();
        let text = String::from_utf8(self.bytes(length).to_vec()).unwrap();
        self.bytes(1);
        text
    }
}
