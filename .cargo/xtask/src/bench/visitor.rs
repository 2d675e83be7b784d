//! The smallest client that keeps a connection: HTTP/1.1, GET, no cookies, no compression, so that the time measured is
//! the server's.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// One connection.
pub struct Visitor<S = TcpStream> {
    stream: BufReader<S>,
    host: String,
}

/// How the end of a body is known.
enum Length {
    Exactly(usize),
    Chunked,
}

impl Visitor {
    pub fn arrive(at: SocketAddr) -> Result<Self> {
        let patience = Duration::from_secs(10);
        let stream = TcpStream::connect_timeout(&at, patience).context("nobody answers")?;
        stream
            .set_read_timeout(Some(patience))
            .and_then(|()| stream.set_nodelay(true))
            .context("a new connection")?;
        Ok(Self {
            stream: BufReader::with_capacity(64 * 1024, stream),
            host: at.to_string(),
        })
    }
}

impl<S: Read + Write> Visitor<S> {
    /// The body of an answer with status 200; anything else is an error.
    pub fn page(&mut self, path: &str) -> Result<Vec<u8>> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAccept: text/html,*/*\r\n\r\n",
            self.host
        );
        self.stream
            .get_mut()
            .write_all(request.as_bytes())
            .context("the server hung up")?;
        let status = self.line()?;
        let length = self.headers()?;
        let body = match length {
            Length::Exactly(bytes) => self.take(bytes)?,
            Length::Chunked => self.chunks()?,
        };
        if status.split(' ').nth(1) != Some("200") {
            bail!("{path} was answered with `{status}`");
        }
        Ok(body)
    }

    fn headers(&mut self) -> Result<Length> {
        let mut length = Length::Exactly(0);
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if line.is_empty() {
                return Ok(length);
            }
            if let Some(bytes) = line.strip_prefix("content-length:") {
                length = Length::Exactly(bytes.trim().parse().context("a length that is no number")?);
            } else if line.starts_with("transfer-encoding:") && line.ends_with("chunked") {
                length = Length::Chunked;
            }
        }
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let size = line.split(';').next().unwrap_or(&line).trim();
            let size = usize::from_str_radix(size, 16).with_context(|| format!("a chunk of `{size}` bytes"))?;
            body.extend(self.take(size)?);
            // The empty line after each chunk, and after the last one.
            self.line()?;
            if size == 0 {
                return Ok(body);
            }
        }
    }

    fn take(&mut self, bytes: usize) -> Result<Vec<u8>> {
        let mut body = vec![0; bytes];
        self.stream.read_exact(&mut body).context("the answer broke off")?;
        Ok(body)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).context("the answer broke off")? == 0 {
            bail!("the server hung up");
        }
        line.truncate(line.trim_end().len());
        Ok(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, Cursor};

    /// Answers what it was given, whatever is asked.
    struct Told(Cursor<&'static [u8]>);

    impl Read for Told {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }

    impl Write for Told {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            Ok(buffer.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn visitor(answers: &'static str) -> Visitor<Told> {
        Visitor {
            stream: BufReader::new(Told(Cursor::new(answers.as_bytes()))),
            host: "localhost".to_owned(),
        }
    }

    #[test]
    fn two_answers_on_one_connection_are_told_apart() {
        let mut visitor = visitor(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n\
             HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nfg",
        );
        assert_eq!(visitor.page("/").unwrap(), b"abcde");
        assert_eq!(visitor.page("/").unwrap(), b"fg");
    }

    #[test]
    fn anything_but_200_is_no_page() {
        let mut visitor = visitor("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy");
        assert!(visitor.page("/").unwrap_err().to_string().contains("503"));
    }
}
