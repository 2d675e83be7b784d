//! A browser without scripts: it keeps cookies, follows redirects, and sends the forms that it finds in pages as they
//! are, with only what a person would type filled in. So it knows fields by their names and no text of any page.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result, bail};

use super::form::{self, Form};
use super::visitor::{Answer, Visitor};

/// More redirects than this are a circle.
const MOST_REDIRECTS: usize = 5;

pub struct Browser {
    /// The servers and the connections to them. The first is asked next, then goes to the end.
    doors: VecDeque<(SocketAddr, Visitor)>,
    /// The port of the public address.
    public: u16,
    origin: String,
    network: Ipv4Addr,
    cookies: BTreeMap<String, String>,
}

/// A page as it was shown.
pub struct Page {
    /// Where it was found, after all redirects.
    pub path: String,
    html: String,
}

impl Browser {
    /// Connects, as the proxy of somebody at `network`, to servers whose public address has this port. Requests go to
    /// them in turns, so that a form is sent to another one than drew it.
    pub fn arrive(servers: &[SocketAddr], public: u16, network: Ipv4Addr) -> Result<Self> {
        let door = |at: &SocketAddr| Ok((*at, Visitor::arrive_as(*at, public)?));
        let mut doors = servers.iter().map(door).collect::<Result<VecDeque<_>>>()?;
        // Neighbours begin at different ones: forms of some and pages of the others are at each at the same time.
        if let Some(first) = usize::from(network.octets()[2]).checked_rem(doors.len()) {
            doors.rotate_left(first);
        }
        Ok(Self {
            doors,
            public,
            network,
            origin: format!("http://localhost:{public}"),
            cookies: BTreeMap::new(),
        })
    }

    /// Connects again: the server lets go of whoever says nothing for long.
    pub fn reconnect(&mut self) -> Result<()> {
        for (at, visitor) in &mut self.doors {
            *visitor = Visitor::arrive_as(*at, self.public)?;
        }
        Ok(())
    }

    /// Opens an address.
    pub fn open(&mut self, path: &str) -> Result<Page> {
        let answer = self.ask("GET", path, "")?;
        self.shown(path.to_owned(), answer)
    }

    /// Sends a form.
    pub fn submit(&mut self, form: &Form) -> Result<Page> {
        let answer = self.ask("POST", form.action(), &form.body())?;
        self.shown(form.action().to_owned(), answer)
    }

    /// Sends a form, whatever is answered; a redirect is not followed.
    pub fn send(&mut self, form: &Form) -> Result<Answer> {
        self.ask("POST", form.action(), &form.body())
    }

    /// What an address answers, without following it.
    fn ask(&mut self, method: &str, path: &str, body: &str) -> Result<Answer> {
        // As browsers do: pages are packed on the way, which is work for the server.
        let always = "Accept: text/html,*/*\r\nAccept-Encoding: br\r\nSec-Fetch-Site: same-origin\r\n";
        let network = format!("X-Forwarded-For: {}\r\n", self.network);
        let pairs: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let cookies = match pairs.as_slice() {
            [] => String::new(),
            pairs => format!("Cookie: {}\r\n", pairs.join("; ")),
        };
        let form = match method {
            "POST" => format!(
                "Origin: {}\r\nContent-Type: application/x-www-form-urlencoded\r\n",
                self.origin
            ),
            _ => String::new(),
        };
        let headers = [always, &network, &cookies, &form].concat();
        let (_, visitor) = self.doors.front_mut().context("there is no server")?;
        let answer = visitor.ask(method, path, &headers, body)?;
        self.doors.rotate_left(1);
        for (_, cookie) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            self.keep(cookie);
        }
        Ok(answer)
    }

    fn keep(&mut self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let Some((name, value)) = pair.split_once('=') else {
            return;
        };
        if attributes.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    fn shown(&mut self, mut path: String, mut answer: Answer) -> Result<Page> {
        for _ in 0..MOST_REDIRECTS {
            if let 301..=303 | 307 | 308 = answer.status {
                let location = answer.header("location").context("a redirect to nowhere")?;
                location
                    .strip_prefix(&self.origin)
                    .unwrap_or(location)
                    .clone_into(&mut path);
                answer = self.ask("GET", &path, "")?;
                continue;
            }
            if answer.status != 200 {
                bail!("{path} was answered with {}", answer.status);
            }
            return Ok(Page {
                path,
                html: unpacked(&answer)?,
            });
        }
        bail!("{path} redirects in a circle")
    }
}

impl Page {
    /// The form with this id.
    pub fn form(&self, id: &str) -> Result<Form> {
        form::find(&self.html, id).with_context(|| format!("{} has no form `{id}`", self.path))
    }
}

fn unpacked(answer: &Answer) -> Result<String> {
    let mut text = String::new();
    match answer.header("content-encoding") {
        None => answer.body.as_slice().read_to_string(&mut text),
        Some("br") => brotli::Decompressor::new(answer.body.as_slice(), 16 * 1024).read_to_string(&mut text),
        Some(other) => bail!("nobody asked for `{other}`"),
    }
    .context("a page that is no text")?;
    Ok(text)
}
