//! A small HTTP client and image helpers for the tests.

use std::io::Cursor;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{HeaderMap, Method, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use impasto_emulator::Emulator;
use serde_json::Value;

/// An answer read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).expect("a text body")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a text header"))
    }

    /// `code` and `param` of the error envelope, after checking that it has exactly its keys.
    pub(crate) fn error(&self) -> (String, String) {
        let body = self.json();
        let error = body["error"].as_object().expect("an error object");
        let keys: Vec<&str> =
            error.keys().map(String::as_str).filter(|key| *key != "moderation_details").collect();
        assert_eq!(keys, ["code", "message", "param", "type"]);
        let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
        (text("code"), text("param"))
    }
}

/// Sends one request.
pub(crate) async fn send(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Answer {
    let mut request = hyper::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response =
        client.request(request.body(Full::new(body.into())).expect("a request")).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let body = body.collect().await.expect("a whole body").to_bytes();
    Answer { status: parts.status, headers: parts.headers, body }
}

pub(crate) const KEY: (&str, &str) = ("authorization", "Bearer sk-test");

/// Posts JSON with a key.
pub(crate) async fn post(url: &str, body: &Value) -> Answer {
    send(Method::POST, url, &[KEY, ("content-type", "application/json")], body.to_string()).await
}

/// Gets with a key.
pub(crate) async fn get(url: &str) -> Answer {
    send(Method::GET, url, &[KEY], "").await
}

/// Sends a multipart form with a key.
pub(crate) async fn post_form(url: &str, form: &Form) -> Answer {
    post_form_with(url, form, &[KEY]).await
}

/// Sends a multipart form with the given headers.
pub(crate) async fn post_form_with(url: &str, form: &Form, headers: &[(&str, &str)]) -> Answer {
    let mut headers = headers.to_vec();
    headers.push(("content-type", "multipart/form-data; boundary=BoUnDaRy"));
    send(Method::POST, url, &headers, form.finish()).await
}

/// A multipart form under construction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(Vec<u8>);

impl Form {
    pub(crate) fn text(mut self, name: &str, value: &str) -> Self {
        self.0.extend(
            format!("--BoUnDaRy\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .bytes(),
        );
        self
    }

    pub(crate) fn file(mut self, name: &str, filename: &str, mime: &str, bytes: &[u8]) -> Self {
        let head = format!(
            "--BoUnDaRy\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{filename}\"\r\n\
             Content-Type: {mime}\r\n\r\n"
        );
        self.0.extend(head.bytes());
        self.0.extend(bytes);
        self.0.extend(b"\r\n");
        self
    }

    pub(crate) fn png(self, name: &str, bytes: &[u8]) -> Self {
        self.file(name, "a.png", "image/png", bytes)
    }

    pub(crate) fn finish(&self) -> Vec<u8> {
        [self.0.as_slice(), b"--BoUnDaRy--\r\n"].concat()
    }
}

pub(crate) async fn start() -> Emulator {
    Emulator::builder().clock_fixed(1_795_219_200).start().await.expect("an emulator")
}

pub(crate) fn decode_base64(text: &Value) -> Vec<u8> {
    base64_simd::STANDARD.decode_to_vec(text.as_str().expect("base64 text")).expect("valid base64")
}

pub(crate) fn decode_image(text: &Value) -> DynamicImage {
    image::load_from_memory(&decode_base64(text)).expect("a decodable image")
}

pub(crate) fn encode(image: &RgbaImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let image = DynamicImage::ImageRgba8(image.clone());
    if format == ImageFormat::Jpeg {
        image.to_rgb8().write_to(&mut bytes, format).expect("an encoded image");
    } else {
        image.write_to(&mut bytes, format).expect("an encoded image");
    }
    bytes.into_inner()
}

/// A picture with something everywhere.
pub(crate) fn pattern(width: u32, height: u32) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| {
        let byte = |n: u32| u8::try_from(n % 256).expect("a byte");
        Rgba([byte(x * 7), byte(y * 3), byte(x ^ y), 255])
    })
}

/// An opaque mask with a transparent rectangle from `(left, top)` to `(right, bottom)`.
pub(crate) fn mask(width: u32, height: u32, [left, top, right, bottom]: [u32; 4]) -> RgbaImage {
    RgbaImage::from_fn(width, height, |x, y| {
        let inside = (left..right).contains(&x) && (top..bottom).contains(&y);
        Rgba([0, 0, 0, if inside { 0 } else { 255 }])
    })
}
