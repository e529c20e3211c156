//! The beginning of the program: what it refuses, and what it tells.

use serde_json::{Value, json};

use super::{connect, get, post};
use crate::{
    both,
    support::{On, Program, World},
};

#[test]
fn in_production_with_no_settings_it_refuses_to_start_and_names_what_is_missing() {
    let program = Program::start_with(&["serve"], &[("MARKETPLACE_PRODUCTION", "true")]);
    let ended = program.end();
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    let lines: Vec<&str> = ended.err.lines().collect();
    assert_eq!(
        lines[0], "marketplace: production mode requires these settings:",
        "{ended:?}"
    );
    for (line, named) in lines[1..].iter().zip([
        "  DATABASE_URL: ",
        "  MARKETPLACE_TOKEN_KEY_FILE: ",
        "  MARKETPLACE_PUBLIC_URL: ",
    ]) {
        assert!(line.starts_with(named), "{ended:?}");
    }
    assert_eq!(lines.len(), 4, "{ended:?}");
}

#[test]
fn in_production_keys_are_their_owners_and_links_are_secret() {
    use std::{fs, os::unix::fs::PermissionsExt};

    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.pem");
    fs::write(&key, api::accounts::tokens::new_key().unwrap()).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o620)).unwrap();
    let url = format!("sqlite:{}", folder.path().join("a.db").display());
    let words = [
        "serve",
        "--production",
        "--listen",
        "127.0.0.1:0",
        "--database-url",
        &url,
        "--token-key-file",
        key.to_str().unwrap(),
        "--public-url",
        "http://marketplace.example.org",
    ];
    let ended = Program::run(&words);
    for fault in [
        "MARKETPLACE_TOKEN_KEY_FILE: others can write the file",
        "MARKETPLACE_PUBLIC_URL: set the public URL of this server, with https",
    ] {
        assert!(ended.err.contains(fault), "{ended:?}");
    }
}

#[test]
fn commands_say_that_there_is_no_database_and_a_new_one_is_private() {
    use std::{fs, os::unix::fs::PermissionsExt};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new").join("a.db");
    let key = folder.path().join("key.pem");
    let url = format!("sqlite:{}", path.display());
    let settings = [
        "--database-url",
        &url,
        "--token-key-file",
        key.to_str().unwrap(),
    ];
    let run = |words: &[&str]| Program::run(&[&["admin"], &settings[..], words].concat());
    let there_is_none = format!("there is no database at {}", path.display());
    for words in [
        &["grant", "ada@example.org", "broker"][..],
        &["reset-password", "ada@example.org"],
    ] {
        let ended = run(words);
        assert!(!ended.status.success(), "{ended:?}");
        assert!(ended.err.contains(&there_is_none), "{ended:?}");
        assert!(!path.exists());
    }
    let ended = run(&["create", "ada@example.org", "Ada Admin"]);
    assert!(ended.status.success(), "{ended:?}");
    assert!(ended.err.contains("there was no database"), "{ended:?}");
    for file in fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
    }
    assert!(
        run(&["grant", "ada@example.org", "broker"])
            .status
            .success()
    );
}

#[test]
fn a_wrong_setting_is_told_in_one_line_that_names_it() {
    for (words, named) in [
        (
            vec!["serve", "--max-depth", "3"],
            "'3' for '--max-depth <MAX_DEPTH>': a whole number from 15 to 32",
        ),
        (
            vec!["serve", "--listen", "nowhere"],
            "'nowhere' for '--listen <LISTEN>'",
        ),
        (
            vec!["serve", "--trusted-proxies", "10.0.0.0/99"],
            "'10.0.0.0/99' for '--trusted-proxies",
        ),
        (
            vec!["serve", "--only-trusted-documents"],
            "--trusted-documents <TRUSTED_DOCUMENTS>",
        ),
        (
            vec!["serve", "--origins", "app.example.org"],
            "MARKETPLACE_ORIGINS: \"app.example.org\" is not an origin",
        ),
        (
            vec!["serve", "--smtp-url", "nonsense"],
            "MARKETPLACE_SMTP_URL",
        ),
        (
            vec!["serve", "--trusted-documents", "nothing.json"],
            "MARKETPLACE_TRUSTED_DOCUMENTS: cannot read nothing.json",
        ),
    ] {
        let ended = Program::run(&words);
        assert!(!ended.status.success(), "{words:?}: {ended:?}");
        assert!(
            ended.err.lines().any(|line| line.contains(named)),
            "{words:?}: {ended:?}"
        );
        assert!(!ended.err.contains("panicked"), "{ended:?}");
    }
}

#[tokio::test]
async fn a_trusted_document_that_would_be_refused_is_named_at_start() {
    let world = World::new(On::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("documents.json");
    let mut config = world.app.config.clone();
    config.production = true;
    config.trusted_documents = Some(list.clone());
    let good = "query Who { viewer { kind } }";
    for (text, fault) in [
        (
            json!({"Who": good, "Old": "query Old {\n  viewer { colour }\n}"}),
            Some("MARKETPLACE_TRUSTED_DOCUMENTS: the document \"Old\" would be refused: "),
        ),
        (
            json!({"Who": good, "Torn": "query Torn {"}),
            Some("the document \"Torn\" would be refused: This is not a GraphQL document."),
        ),
        (
            json!({"Who": good, "Deep": format!("{{ {} kind {} }}", "viewer { ".repeat(40), "}".repeat(40))}),
            Some("the document \"Deep\" would be refused: The document has more than"),
        ),
        (
            json!(["Who"]),
            Some("is no JSON object of documents by their names"),
        ),
        (
            json!({"Who": 1}),
            Some("is no JSON object of documents by their names"),
        ),
        (json!({"Who": good}), None),
    ] {
        std::fs::write(&list, text.to_string()).unwrap();
        let read = api::http::trusted_documents(&config);
        match (read, fault) {
            (Ok(documents), None) => assert_eq!(documents.len(), 1),
            (Err(told), Some(fault)) => {
                assert!(told.contains(fault) && told.lines().count() == 1, "{told}");
            }
            (read, fault) => panic!("{fault:?}: {read:?}"),
        }
        // While a front end is worked on, the others serve.
        if let Value::Object(documents) = &text
            && documents.values().all(Value::is_string)
        {
            config.production = false;
            assert_eq!(
                api::http::trusted_documents(&config).unwrap().len(),
                documents.len()
            );
            config.production = true;
        }
    }
    let (key, url) = (
        config.token_key_file.unwrap(),
        world.database_url().to_owned(),
    );
    std::fs::write(&list, json!({"Old": "{ nothing }"}).to_string()).unwrap();
    let words = [
        "serve",
        "--production",
        "--listen",
        "127.0.0.1:0",
        "--public-url",
        "https://marketplace.example.org",
        "--database-url",
        &url,
        "--token-key-file",
        key.to_str().unwrap(),
        "--trusted-documents",
        list.to_str().unwrap(),
    ];
    let ended = Program::run(&words);
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(
        ended.err.lines().any(|line| line
            .starts_with("marketplace: MARKETPLACE_TRUSTED_DOCUMENTS: the document \"Old\"")),
        "{ended:?}"
    );
}

both! {
    async fn it_serves_tells_its_health_and_logs_what_went_on(on) {
        let world = World::new(on).await;
        let key = world.app.config.token_key_file.clone().unwrap();
        let (mut program, address) = Program::serve_with(
            world.database_url(), &key, &["--json-logs", "--metrics-listen", "127.0.0.1:0"], &[("RUST_LOG", "info,api=debug")]);
        let metrics = program.told("metrics     http://");
        let asked = program.told("GraphQL     http://");
        assert_eq!(asked, address);
        let healthy = Program::run(&["healthcheck", "--listen", &address.to_string()]);
        assert!(healthy.status.success() && healthy.out.contains("ready"), "{healthy:?}");
        let told = get(metrics, "/metrics", "");
        assert!(told.starts_with("HTTP/1.1 200 ") && told.contains("marketplace_database_connections{pool=\""), "{told}");
        let mut stream = connect(address);
        let body = json!({"query": "{ viewer { kind } }"}).to_string();
        let asked = post("/graphql", "*/*", &body).replace("Host:", "X-Request-Id: mine-7\r\nHost:");
        std::io::Write::write_all(&mut stream, asked.as_bytes()).unwrap();
        let mut answer = [0; 4_000];
        let read = std::io::Read::read(&mut stream, &mut answer).unwrap();
        assert!(String::from_utf8_lossy(&answer[..read]).contains("\"ANONYMOUS\""));
        program.terminate();
        let sick = Program::run(&["healthcheck", "--listen", &address.to_string()]);
        assert!(!sick.status.success(), "{sick:?}");
        let ended = program.end();
        assert!(ended.status.success(), "{ended:?}");
        let entries: Vec<Value> = ended.err.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect();
        for entry in &entries {
            assert!(entry["level"].is_string() && entry["timestamp"].is_string(), "{entry}");
        }
        let answered = entries.iter().find(|entry| entry["span"]["id"] == "mine-7" && entry["fields"]["message"] == "answered");
        assert_eq!(answered.unwrap_or_else(|| panic!("{entries:#?}"))["fields"]["status"], 200);
    }
}
