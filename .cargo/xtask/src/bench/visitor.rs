//! The smallest client that keeps a connection: HTTP/1.1, nothing but what is asked of it, so that the time measured is
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

/// What came back.
pub struct Answer {
    pub status: u16,
    /// Names in lower case, values as they came, in their order.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }
}

impl Visitor {
    /// Connects. The host that it asks for is the one in the demonstration's public address.
    pub fn arrive(at: SocketAddr) -> Result<Self> {
        Self::arrive_as(at, at.port())
    }

    /// Connects to a server whose public address has another port, for it stands beside others.
    pub fn arrive_as(at: SocketAddr, public: u16) -> Result<Self> {
        let patience = Duration::from_secs(10);
        let stream = TcpStream::connect_timeout(&at, patience).context("nobody answers")?;
        stream
            .set_read_timeout(Some(patience))
            .and_then(|()| stream.set_nodelay(true))
            .context("a new connection")?;
        Ok(Self {
            stream: BufReader::with_capacity(64 * 1024, stream),
            host: format!("localhost:{public}"),
        })
    }
}

impl<S: Read + Write> Visitor<S> {
    /// The body of an answer with status 200; anything else is an error.
    pub fn page(&mut self, path: &str) -> Result<Vec<u8>> {
        let answer = self.ask("GET", path, "Accept: text/html,*/*\r\n", "")?;
        if answer.status != 200 {
            bail!("{path} was answered with {}", answer.status);
        }
        Ok(answer.body)
    }

    /// One request, whatever is answered. `headers` are whole lines.
    pub fn ask(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Result<Answer> {
        let length = match method {
            "GET" => String::new(),
            _ => format!("Content-Length: {}\r\n", body.len()),
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{headers}{length}\r\n{body}",
            self.host
        );
        self.stream
            .get_mut()
            .write_all(request.as_bytes())
            .context("the server hung up")?;
        let line = self.line()?;
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .with_context(|| format!("`{line}` is no answer"))?;
        let headers = self.headers()?;
        let mut answer = Answer {
            status,
            headers,
            body: Vec::new(),
        };
        let is_chunked = answer
            .header("transfer-encoding")
            .is_some_and(|coding| coding.ends_with("chunked"));
        answer.body = if is_chunked {
            self.chunks()?
        } else {
            let length = answer.header("content-length").map(str::parse).transpose();
            self.take(length.context("a length that is no number")?.unwrap_or(0))?
        };
        Ok(answer)
    }

    fn headers(&mut self) -> Result<Vec<(String, String)>> {
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok(headers);
            }
            let (name, value) = line.split_once(':').context("a header without a name")?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
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
