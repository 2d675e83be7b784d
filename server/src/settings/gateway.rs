//! A gateway for text messages or calls: any service that takes one HTTP request for one message.

use std::cell::RefCell;
use std::fmt;
use std::ops::RangeInclusive;

use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::mistake::Wrong;
use super::public_url::is_loopback;
use super::section::Section;
use super::template::{Form, Template};

/// One request for one message.
#[derive(Clone)]
pub struct Gateway {
    /// How it is asked.
    pub method: GatewayMethod,
    /// Where.
    pub url: Template,
    /// Its name for the log: scheme, host and port. The rest may hold a password.
    pub origin: String,
    /// With which headers; all of them count as secret.
    pub headers: HeaderMap,
    /// With which body; none with GET.
    pub body: Option<Template>,
    /// Which answer means that the message was taken.
    pub success: Success,
}

/// How a gateway is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GatewayMethod {
    /// With everything in the address.
    Get,
    /// With a body.
    Post,
    /// With a body.
    Put,
}

/// Which answer means that the message was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Success {
    /// The status is in one of these.
    pub status: Vec<RangeInclusive<u16>>,
    /// And this place of the JSON answer (RFC 6901) reads so.
    pub json: Option<(String, String)>,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("method", &self.method)
            .field("origin", &self.origin)
            .field("success", &self.success)
            .finish_non_exhaustive()
    }
}

pub(super) fn read(section: Section<'_>) -> Option<Gateway> {
    if !section.is_there() {
        return None;
    }
    let method = section.read("method", |text| match text {
        "GET" => Ok(GatewayMethod::Get),
        "POST" => Ok(GatewayMethod::Post),
        "PUT" => Ok(GatewayMethod::Put),
        _ => Err(Wrong::new("is \"GET\", \"POST\" or \"PUT\"")),
    });
    let method = method.unwrap_or(GatewayMethod::Post);
    let url = section.need("url", "\"https://sms.example.org/v1/messages\"", url);
    let headers = headers(section.section("headers"));
    let body = section.read("body", |text| {
        let form = match headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes) {
            Some(b"application/x-www-form-urlencoded") => Form::Encoded,
            _ => Form::Json,
        };
        Template::parse(text, form)
    });
    match (method, section.has("body")) {
        (GatewayMethod::Get, true) => {
            section.complain("body", Wrong::new("does not go with GET: put it all into the url"));
        }
        (GatewayMethod::Post | GatewayMethod::Put, false) => {
            let example = r#"for example: body = '{"to": "{to}", "text": "{text}"}'"#;
            section.complain("body", Wrong::new("is missing").hint(example));
        }
        _ => {}
    }
    if let Some((url, _)) = &url {
        let parts = [Some(url), body.as_ref()];
        let whole = body.is_some() == section.has("body");
        for (name, key) in [("to", "{to}"), ("text", "{text}")] {
            if whole && !parts.into_iter().flatten().any(|template| template.mentions(name)) {
                section.complain("url", Wrong::new(format!("and body nowhere say {key}")));
            }
        }
    }
    let success = success(section.section("success"));
    section.finish();
    let (url, origin) = url?;
    Some(Gateway {
        method,
        url,
        origin,
        headers,
        body,
        success,
    })
}

/// A template that is an address whatever it is filled with.
fn url(text: &str) -> Result<(Template, String), Wrong> {
    let hint = "for example: url = \"https://sms.example.org/v1/messages\"";
    let template = Template::parse(text, Form::Encoded)?;
    let filled = |with: &str| url::Url::parse(&template.fill_all_with(with));
    let (Ok(one), Ok(other)) = (filled("a"), filled("b")) else {
        return Err(Wrong::new("is not an address").hint(hint));
    };
    if one.origin() != other.origin() || one.username() != other.username() || one.password() != other.password() {
        return Err(Wrong::new("may have {to} and {text} after the host only"));
    }
    let loopback = one.host().is_some_and(|host| is_loopback(&host));
    match one.scheme() {
        "https" => {}
        "http" if loopback => {}
        _ => return Err(Wrong::new("must begin with https://; http is for this machine only").hint(hint)),
    }
    if !one.username().is_empty() || one.password().is_some() {
        return Err(Wrong::new("must not hold a name or a password").hint("use the header Authorization"));
    }
    if one.fragment().is_some() {
        return Err(Wrong::new("must not hold a #"));
    }
    Ok((template, one.origin().ascii_serialization()))
}

fn headers(section: Section<'_>) -> HeaderMap {
    let headers = RefCell::new(HeaderMap::new());
    section.pairs(|name, text| {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Wrong::new("is not the name of a header"))?;
        if [HOST, CONTENT_LENGTH, TRANSFER_ENCODING, CONNECTION].contains(&name) {
            return Err(Wrong::new("is a header that is set by itself"));
        }
        let mut value = HeaderValue::from_str(text).map_err(|_| Wrong::new("holds what no header can"))?;
        if name == CONTENT_TYPE {
            if text != "application/json" && text != "application/x-www-form-urlencoded" {
                return Err(Wrong::new(
                    "is \"application/json\" or \"application/x-www-form-urlencoded\"",
                ));
            }
        } else {
            value.set_sensitive(true);
        }
        headers.borrow_mut().insert(name, value);
        Ok(())
    });
    headers.into_inner()
}

fn success(section: Section<'_>) -> Success {
    let status = section.list("status", |text| {
        let hint = "for example: status = [\"200-299\"] or [\"201\"]";
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let code = |text: &str| text.trim().parse().ok().filter(|code| (200..=399).contains(code));
        match (code(first), code(last)) {
            (Some(first), Some(last)) if first <= last => Ok(first..=last),
            _ => Err(Wrong::new("is a list of statuses from 200 to 399").hint(hint)),
        }
    });
    let json = section.read("json", |text| {
        if text.starts_with('/') {
            Ok(text.to_owned())
        } else {
            Err(Wrong::new("is a place in the answer (JSON pointer)")
                .hint("for example: json = \"/messages/0/status\""))
        }
    });
    let equals = section.read("equals", |text| Ok(text.to_owned()));
    match (section.has("json"), section.has("equals")) {
        (true, false) => section.complain(
            "json",
            Wrong::new("goes with equals").hint("for example: equals = \"0\""),
        ),
        (false, true) => section.complain(
            "equals",
            Wrong::new("goes with json").hint("for example: json = \"/status\""),
        ),
        _ => {}
    }
    section.finish();
    Success {
        status: if status.is_empty() { vec![200..=299] } else { status },
        json: json.zip(equals),
    }
}
