//! What holds for every reply and every cut.

use impasto_transport::{ReplyKind, ScanLimits, blob_of};
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::{Scanned, scan_with};

/// A JSON value as `serde_json` writes it, with base64 under the keys that are pulled.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        // serde_json's own reading of other fractions is off by an ulp.
        any::<i32>().prop_map(|number| Value::from(f64::from(number) / 4.0)),
        any::<String>().prop_map(Value::from),
        "(impasto-blob:[0-9]{0,3}|data:|https?:/?/?|[A-Za-z0-9+/_=-]{0,40})".prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 1..300)
            .prop_map(|bytes| Value::from(base64_simd::STANDARD.encode_to_string(bytes))),
    ];
    let key = prop_oneof![
        4 => prop::sample::select(vec!["b64_json", "images", "url", "data", "a"]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// The same JSON, spelled differently: white space, `\/`, `\u00xx`.
fn respell(text: &str, seed: u64) -> String {
    let mut state = seed | 1;
    let mut roll = move |sides: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % sides
    };
    let mut out = String::new();
    let (mut in_string, mut escaped) = (false, false);
    for char in text.chars() {
        let plain = in_string && !escaped && char != '"' && char != '\\';
        match char {
            '/' if plain && roll(2) == 0 => out.push_str("\\/"),
            ' '..='~' if plain && roll(20) == 0 => out.extend(format!("\\u{:04x}", u32::from(char)).chars()),
            _ => out.push(char),
        }
        if in_string {
            in_string = escaped || char != '"';
            escaped = !escaped && char == '\\';
        } else {
            in_string = char == '"';
            if matches!(char, ',' | ':' | '[' | '{') && roll(3) == 0 {
                out.push_str([" ", "\n", "\r\n\t"][usize::try_from(roll(3)).unwrap()]);
            }
        }
    }
    out
}

fn cut<'a>(text: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut edges: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
    edges.extend([0, text.len()]);
    edges.sort_unstable();
    edges.windows(2).map(|edge| &text[edge[0]..edge[1]]).collect()
}

/// Puts what was pulled out back in, as canonical base64.
fn restore(value: &mut Value, scanned: &Scanned) {
    match value {
        Value::String(text) => {
            if let Some(id) = blob_of(text) {
                let blob = &scanned.blobs[id.0 as usize];
                assert_eq!(blob.problem, None);
                *text = base64_simd::STANDARD.encode_to_string(&blob.bytes);
            } else if let Some(own) = text.strip_prefix('\u{fffd}').filter(|own| blob_of(own).is_some()) {
                *text = own.to_owned();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| restore(item, scanned)),
        Value::Object(fields) => fields.values_mut().for_each(|field| restore(field, scanned)),
        _ => {}
    }
}

fn without_problems(scanned: &Scanned) -> bool {
    scanned.blobs.iter().all(|blob| blob.problem.is_none() && blob.media_type.is_none())
}

/// Base64 that was not canonical comes back canonical; both are then the same bytes.
fn canonical(value: &mut Value, under_pulled: bool) {
    match value {
        Value::String(text) if under_pulled => {
            let standard: String = text
                .chars()
                .filter(|char| *char != '=')
                .map(|char| match char {
                    '-' => '+',
                    '_' => '/',
                    other => other,
                })
                .collect();
            if let Ok(bytes) = base64_simd::forgiving_decode_to_vec(standard.as_bytes()) {
                *text = base64_simd::STANDARD.encode_to_string(bytes);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| canonical(item, under_pulled)),
        Value::Object(fields) => fields
            .iter_mut()
            .for_each(|(key, field)| canonical(field, matches!(&key[..], "b64_json" | "images" | "url"))),
        _ => {}
    }
}

proptest! {
    #[test]
    fn any_cut_finds_the_same_and_nothing_is_lost(
        value in value(),
        seed: u64,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let text = respell(&value.to_string(), seed);
        let whole = scan_with(ReplyKind::Json, ScanLimits::default(), [text.as_bytes()]);
        prop_assert_eq!(&whole.error, &None);
        let pieces = scan_with(ReplyKind::Json, ScanLimits::default(), cut(text.as_bytes(), &cuts));
        prop_assert_eq!(&pieces, &whole);

        if without_problems(&whole) {
            let mut found: Value = serde_json::from_slice(&whole.documents[0].json).unwrap();
            restore(&mut found, &whole);
            let mut expected = value;
            canonical(&mut found, false);
            canonical(&mut expected, false);
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn any_cut_of_a_stream_finds_the_same(
        values in prop::collection::vec((value(), any::<Option<bool>>()), 0..5),
        line_end in prop::sample::select(vec!["\n", "\r", "\r\n"]),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        end in any::<prop::sample::Index>(),
        cut_off: bool,
    ) {
        let mut text = String::new();
        for (value, name_first) in &values {
            let name = format!("event: x{line_end}");
            let data = format!("data: {value}{line_end}");
            text += &match name_first {
                None => data,
                Some(true) => name + &data,
                Some(false) => data + &name,
            };
            text += line_end;
        }
        let mut bytes = text.as_bytes();
        if cut_off {
            bytes = &bytes[..end.index(bytes.len() + 1)];
        }
        let whole = scan_with(ReplyKind::EventStream, ScanLimits::default(), [bytes]);
        let pieces = scan_with(ReplyKind::EventStream, ScanLimits::default(), cut(bytes, &cuts));
        prop_assert_eq!(&pieces, &whole);
        if !cut_off && !values.is_empty() {
            prop_assert_eq!(&whole.error, &None);
            prop_assert_eq!(whole.documents.len(), values.len());
        }
    }

    #[test]
    fn any_bytes_at_all_give_a_result_or_an_error_in_every_cut(
        bytes in prop::collection::vec(
            prop_oneof![
                prop::sample::select(b"{}[]\":,\\/un01e-. \r\ndata:[DONE]b64_json".to_vec()),
                any::<u8>(),
            ],
            0..80,
        ),
        stream: bool,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let kind = if stream { ReplyKind::EventStream } else { ReplyKind::Json };
        let whole = scan_with(kind, ScanLimits::default(), [&bytes[..]]);
        let pieces = scan_with(kind, ScanLimits::default(), cut(&bytes, &cuts));
        prop_assert_eq!(pieces, whole);
    }
}

#[test]
fn a_line_of_many_megabytes_comes_out_whole() {
    let image: Vec<u8> =
        (0..20_000_000_u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let text = format!("data: {{\"b64_json\":\"{}\"}}\n\n", base64_simd::STANDARD.encode_to_string(&image));
    for size in [16_384, 65_536, 1_000_003] {
        let chunks = text.as_bytes().chunks(size);
        let scanned = scan_with(ReplyKind::EventStream, ScanLimits::default(), chunks);
        assert_eq!(scanned.error, None);
        assert!(scanned.blobs[0].bytes == image, "in pieces of {size}");
    }
}
