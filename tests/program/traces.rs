//! Traces of OpenTelemetry, read by a collector in the test process.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, common::v1::any_value::Value, trace::v1::Span,
};
use prost::Message;
use serde_json::json;

use super::{connect, post, rest};
use crate::{
    both,
    support::{PASSWORD, Program, World},
};

/// A collector: what it is sent, each request's head and body.
fn collector() -> (String, Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, exported) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, sender) = (stream.unwrap(), sender.clone());
            thread::spawn(move || {
                let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
                while let Ok(read) = stream.read(&mut part) {
                    bytes.extend(&part[..read]);
                    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
                    let whole = end.and_then(|end| {
                        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
                        let length = head.split("content-length: ").nth(1)?.lines().next()?;
                        let body = end + 4..end + 4 + length.trim().parse::<usize>().unwrap();
                        (bytes.len() >= body.end).then(|| (head, bytes[body].to_vec()))
                    });
                    if let Some(whole) = whole {
                        let _ = sender.send(whole);
                        stream
                            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                            .unwrap();
                        bytes.clear();
                    } else if read == 0 {
                        return;
                    }
                }
            });
        }
    });
    (format!("http://{address}"), exported)
}

/// What a span says of something, as text.
fn said(span: &Span, key: &str) -> String {
    let found = span.attributes.iter().find(|one| one.key == key);
    let value = found.and_then(|one| one.value.as_ref()?.value.as_ref());
    match value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(yes)) => yes.to_string(),
        other => format!("{other:?}"),
    }
}

both! {
    async fn a_collector_is_told_of_requests_and_operations_and_of_nobody(on) {
        let world = World::new(on).await;
        let key = world.app.config.token_key_file.clone().unwrap();
        let (endpoint, exported) = collector();
        let words = ["serve", "--listen", "127.0.0.1:0", "--database-url", world.database_url(), "--token-key-file", key.to_str().unwrap()];
        let mut program = Program::start_with(&words, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint), ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=trial")]);
        let address = program.told("GraphQL     http://");
        let ask = |query: &str, variables: serde_json::Value, parent: &str| {
            let mut stream = connect(address);
            let body = json!({"query": query, "variables": variables, "operationName": "OliveAsks"}).to_string();
            stream.write_all(post("/graphql?olive=1", "*/*", &body).replace("Host:", &format!("Connection: close\r\nX-Request-Id: known-7\r\nTraceparent: {parent}\r\nHost:")).as_bytes()).unwrap();
            rest(&mut stream)
        };
        let input = json!({"email": "olive@secret.example", "password": PASSWORD, "displayName": "Olive Otter"});
        let made = ask("mutation OliveAsks($input: SignUpInput!) { olive: signUp(input: $input) { accessToken userErrors { code } } }", json!({"input": input}), "00-no-trace-01");
        assert!(made.contains("accessToken"), "{made}");
        let theirs = (0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128, 0x00f0_67aa_0ba9_02b7_u64);
        ask("query OliveAsks { olive: listing { id } }", json!({}), &format!("00-{:032x}-{:016x}-01", theirs.0, theirs.1));
        program.terminate();
        let ended = program.end();
        assert!(ended.status.success(), "{ended:?}");

        // All of it was sent before it ended.
        let (mut spans, mut named) = (Vec::new(), 0);
        while let Ok((head, body)) = exported.recv_timeout(Duration::from_millis(500)) {
            assert!(head.starts_with("post /v1/traces ") && head.contains("content-type: application/x-protobuf"), "{head}");
            for person in ["olive", "Olive", "otter", "Otter", "secret.example", "OliveAsks"] {
                assert!(!body.windows(person.len()).any(|part| part == person.as_bytes()), "{person} is told of");
            }
            for of in ExportTraceServiceRequest::decode(body.as_slice()).unwrap().resource_spans {
                let told = format!("{:?}", of.resource);
                named += usize::from(told.contains("marketplace") && told.contains("trial"));
                spans.extend(of.scope_spans.into_iter().flat_map(|scope| scope.spans));
            }
        }
        assert!(named > 0, "it says which service it is");
        let operation = |field: &str| spans.iter().find(|span| span.name == "operation" && said(span, "field") == field).unwrap_or_else(|| panic!("{field}: {spans:#?}"));
        for (field, kind, outcome) in [("signUp", "Mutation", "Ok"), ("listing", "Query", "Failed")] {
            let operation = operation(field);
            assert_eq!((said(operation, "kind"), said(operation, "outcome"), said(operation, "signed_in")), (kind.into(), outcome.into(), "false".into()));
            let request = spans.iter().find(|span| span.span_id == operation.parent_span_id).expect("the request that it was asked by");
            assert_eq!((request.name.as_str(), said(request, "path"), said(request, "status"), said(request, "id")), ("request", "/graphql".into(), "200".into(), "known-7".into()));
            assert!(request.trace_id == operation.trace_id && request.end_time_unix_nano >= operation.end_time_unix_nano);
            // Whoever asks in a trace of theirs finds it there; what is no trace begins one.
            let (begun, parent) = (request.trace_id == theirs.0.to_be_bytes(), request.parent_span_id.as_slice());
            let known = theirs.1.to_be_bytes();
            assert_eq!((begun, parent), if field == "listing" { (true, &known[..]) } else { (false, &[][..]) });
        }
        assert!(spans.iter().all(|span| span.events.is_empty()), "what is logged stays in the log");
    }
}

#[test]
fn a_collector_that_cannot_be_reached_so_is_told_at_start() {
    let words = ["serve"];
    let environment = [("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector.example")];
    let ended = Program::start_with(&words, &environment).end();
    assert!(!ended.status.success());
    assert!(
        ended.err.contains("--otlp-endpoint")
            && ended
                .err
                .contains("an http URL such as http://127.0.0.1:4318"),
        "{ended:?}"
    );
}
