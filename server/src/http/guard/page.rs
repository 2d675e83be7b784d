//! Small pages for what never reaches a page: in every language at once, without style or script.

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;

/// When to come again where much is going on, in seconds.
const SOON: HeaderValue = HeaderValue::from_static("5");

/// A small page of this status.
pub fn small_page(status: StatusCode) -> Response {
    let [en, ja] = words(status);
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{code}</title>\n</head>\n<body>\n\
         <main>\n<p>{en}</p>\n<p lang=\"ja\">{ja}</p>\n\
         <p><a href=\"/\">Start page <span lang=\"ja\">最初のページ</span></a></p>\n</main>\n</body>\n</html>\n",
        code = status.as_u16(),
    );
    let mut answer = Response::new(Body::from(html));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    match status {
        StatusCode::METHOD_NOT_ALLOWED => headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD, POST")),
        StatusCode::SERVICE_UNAVAILABLE => headers.insert(RETRY_AFTER, SOON),
        StatusCode::TOO_MANY_REQUESTS => headers.insert(RETRY_AFTER, HeaderValue::from_static("10")),
        _ => None,
    };
    answer
}

/// What a door says to a script is no page, and where the page framework leads after an error is no help: who sent a plain
/// form reads a small page of the same status. Whoever is turned away for now is told when to come again.
pub(super) fn readable(mut answer: Response, is_plain_form: bool) -> Response {
    let status = answer.status();
    let is_page = answer
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_plain_form && !is_page && (status.is_client_error() || status.is_server_error()) {
        answer = small_page(status);
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        answer.headers_mut().entry(RETRY_AFTER).or_insert(SOON);
    }
    answer
}

/// One calm sentence or two, in English and Japanese.
fn words(status: StatusCode) -> [&'static str; 2] {
    match status {
        StatusCode::FORBIDDEN => [
            "This form did not come from a page of this site, so it was not accepted. Please open the page again and send it from there.",
            "このフォームは当サイトのページから送信されたものではないため、受け付けませんでした。ページを開き直してから送信してください。",
        ],
        StatusCode::NOT_FOUND => [
            "There is no page at this address.",
            "このアドレスにはページがありません。",
        ],
        StatusCode::METHOD_NOT_ALLOWED => [
            "This address does not take such a request.",
            "このアドレスではこの種類の要求を受け付けていません。",
        ],
        StatusCode::REQUEST_TIMEOUT => [
            "The form took too long to arrive. Please send it again.",
            "フォームの受信に時間がかかりすぎました。もう一度送信してください。",
        ],
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => [
            "What was sent is longer than anything this site takes.",
            "送信された内容が長すぎるため、受け付けられませんでした。",
        ],
        StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::BAD_REQUEST => [
            "What was sent could not be read. Please open the page again and send the form from there.",
            "送信された内容を読み取れませんでした。ページを開き直してから送信してください。",
        ],
        StatusCode::MISDIRECTED_REQUEST => [
            "This site is not reached under this address. Please check the address.",
            "このアドレスではこのサイトをご利用いただけません。アドレスをご確認ください。",
        ],
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => [
            "Many people are being served right now. Please try again in a moment; nothing was changed.",
            "ただいま混み合っています。少し待ってからもう一度お試しください。何も変更されていません。",
        ],
        // A handler was cut off: what it did is not known here.
        StatusCode::GATEWAY_TIMEOUT => [
            "The answer took too long. What you sent may have been done all the same: please open the page again to see.",
            "応答に時間がかかりすぎました。送信された操作は完了している可能性があります。ページを開き直してご確認ください。",
        ],
        _ => [
            "Something went wrong on our side. Please try again in a moment.",
            "サーバー側で問題が発生しました。少し待ってからもう一度お試しください。",
        ],
    }
}
