//! Settings from texts and variables, good and bad.

use super::*;

fn read_with(text: &str, variables: &[(&str, &str)]) -> anyhow::Result<Settings> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("usher.toml");
    std::fs::write(&file, text).unwrap();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let world = World {
        variables,
        credentials: Some(PathBuf::from("/run/credentials/usher")),
        home: Some(PathBuf::from("/home/ada")),
    };
    Settings::read_in(&file, true, &Overrides::default(), world)
}

fn read(text: &str) -> anyhow::Result<Settings> {
    read_with(text, &[])
}

const GOOD: &str = "[apps.heap]\nurl = \"https://h.test\"\naccount = \"a@x\"\ntenant = \"T\"\n";

#[test]
fn reads_with_defaults() {
    let settings = read(GOOD).unwrap();
    assert_eq!(settings.run.width, 1280);
    assert_eq!(settings.app("heap").unwrap().tenant, "T");
    assert!(!settings.app("heap").unwrap().keep_session);
    assert!(settings.help.bell && settings.help.desktop && settings.help.webhook.is_none());
    assert_eq!(settings.help.wait.0.as_secs(), 300);
    assert!(settings.sessions.folder.is_none() && settings.sessions.keep_for.is_none());
    assert!(settings.app("heep").unwrap_err().to_string().contains("did you mean `heap`"));
}

#[test]
fn sessions_and_help_are_read_also_from_variables() {
    let text = format!(
        "[sessions]\nkeep_for = \"7d\"\nidentity = {{ file = \"id\" }}\n[help]\nwait = \"90s\"\n{GOOD}"
    );
    let variables =
        [("USHER_HELP__BELL", "false"), ("USHER_HELP__WEBHOOK__ENV", "HOOK"), ("USHER_HELP__WAIT", "2m")];
    let settings = read_with(&text, &variables).unwrap();
    assert_eq!(settings.sessions.keep_for.unwrap().0.as_secs(), 604_800);
    assert_eq!(settings.help.wait.0.as_secs(), 120);
    assert!(!settings.help.bell);
    assert_eq!(settings.help.webhook.unwrap().env.as_deref(), Some("HOOK"));
    let error = read("[help]\nwait = 5\n").unwrap_err().to_string();
    assert!(error.contains("`5` has no unit"), "{error}");
}

#[test]
fn a_bare_file_is_a_credential_and_another_stands_beside_the_file() {
    let secrets = "[apps.heap.secrets]\na = { file = \"heap\" }\nb = { file = \"./heap\" }\nc = { file = \"/x/heap\" }\nd = { file = \"in/heap\" }\n";
    let settings = read(&format!("{GOOD}{secrets}")).unwrap();
    let file = |name: &str| {
        let from = settings.app("heap").unwrap().secrets.get(name).unwrap();
        from.file.clone().unwrap().display().to_string()
    };
    assert_eq!(file("a"), "/run/credentials/usher/heap");
    assert_eq!(file("c"), "/x/heap");
    for name in ["b", "d"] {
        let file = file(name);
        assert!(file.starts_with('/') && file.ends_with("heap") && !file.contains("credentials"), "{file}");
    }
}

#[test]
fn origins_are_origins_and_nothing_more() {
    let with = |origin: &str| read(&format!("{GOOD}origins = [{origin:?}]\n"));
    for (written, kept) in [
        ("https://login.h.test", "https://login.h.test"),
        ("HTTPS://Login.H.test:443", "https://login.h.test"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ] {
        assert_eq!(with(written).unwrap().app("heap").unwrap().origins, [kept]);
    }
    for bad in [
        "login.h.test",
        "https://h.test/",
        "https://h.test/a",
        "https://h.test?a",
        "file://x",
        "https://",
        "",
    ] {
        let error = with(bad).unwrap_err().to_string();
        assert!(error.contains("is not an origin") && error.contains("hint:"), "{bad}: {error}");
    }
    let error = with("https://me:hunter2@h.test").unwrap_err().to_string();
    assert!(!error.contains("hunter2"), "{error}");
}

#[test]
fn a_secret_in_the_file_is_refused_and_not_shown() {
    for (more, says) in [
        ("secrets = { password = \"hunter2\" }", "holds the secret itself"),
        ("secrets = { password = [\"hunter2\"] }", "holds the secret itself"),
        ("secrets = { password = { command = \"hunter2\" } }", "holds the secret itself"),
        ("secrets = { password = { keyring = \"hunter2\" } }", "holds the secret itself"),
        ("secrets = { password = { env = [\"hunter2\"] } }", "holds the secret itself"),
        ("secrets = { password = { file = { hunter2 = 1 } } }", "holds the secret itself"),
        ("secrets = { totp = { file = \"otpauth://totp/a?secret=hunter2\" } }", "holds the secret itself"),
        ("secrets = { password = { env = \"hunter2!\" } }", "cannot be a variable's name"),
        ("secrets = \"hunter2\"", "table of where the secrets are"),
        ("password = \"hunter2\"", "secrets have a table of their own"),
        ("Password = \"hunter2\"", "secrets have a table of their own"),
        ("api-key = \"hunter2\"", "secrets have a table of their own"),
        ("token = \"hunter2\"", "secrets have a table of their own"),
        ("totp_seed = [\"hunter2\"]", "secrets have a table of their own"),
        ("secret = { password = \"hunter2\" }", "secrets have a table of their own"),
        ("[sessions]\nidentity = \"hunter2\"", "`sessions.identity` holds the secret itself"),
        ("[sessions]\nidentity = { file = \"AGE-SECRET-KEY-1hunter2\" }", "holds the secret itself"),
        ("[help]\nwebhook = \"https://hooks.test/hunter2\"", "`help.webhook` holds the secret itself"),
        ("[help]\nwebhook = { file = \"https://hooks.test/hunter2\" }", "holds the secret itself"),
        ("[signing]\nkey = \"k\"\npassphrase = \"hunter2\"", "`signing.passphrase` holds the secret itself"),
        (
            "[signing]\nkey = \"-----BEGIN OPENSSH PRIVATE KEY-----hunter2\"",
            "`signing.key` holds the key itself",
        ),
        ("[signing]\nkey = \"\"\"\nhunter2\nhunter2\"\"\"", "`signing.key` holds the key itself"),
        ("[signing]\nkey = { env = \"hunter2\" }", "`signing.key` holds the key itself"),
    ] {
        let error = read(&format!("{GOOD}{more}\n")).unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("usher.toml"), "{more}: {error}");
        assert!(!error.contains("hunter2"), "{more}: {error}");
        assert!(
            error.contains("hint: say where it is") || error.contains("variable's name"),
            "{more}: {error}"
        );
    }
}

#[test]
fn a_secret_in_a_variable_that_is_a_setting_is_refused_and_not_shown() {
    for (name, better) in [
        ("USHER_APPS__HEAP__SECRETS__PASSWORD", "USHER_APPS__HEAP__SECRETS__PASSWORD__ENV=NAME"),
        ("USHER_APPS__HEAP__SECRETS", "USHER_APPS__HEAP__SECRETS__PASSWORD__ENV=NAME"),
        ("USHER_APPS__HEAP__PASSWORD", "USHER_APPS__HEAP__SECRETS__PASSWORD__ENV=NAME"),
        ("USHER_SESSIONS__IDENTITY", "USHER_SESSIONS__IDENTITY__ENV=NAME"),
        ("USHER_HELP__WEBHOOK", "USHER_HELP__WEBHOOK__ENV=NAME"),
    ] {
        let error = read_with(GOOD, &[(name, "hunter2")]).unwrap_err().to_string();
        assert!(error.contains(&format!("variable {name}")), "{name}: {error}");
        assert!(error.contains(better) && !error.contains("on disk"), "{name}: {error}");
        assert!(!error.contains("hunter2"), "{name}: {error}");
    }
}

#[test]
fn a_secret_is_in_one_place() {
    for from in [
        "{ }",
        "{ env = \"A\", file = \"b\" }",
        "{ command = [\"a\"], keyring = { service = \"a\", user = \"b\" } }",
    ] {
        let error = read(&format!("{GOOD}secrets = {{ password = {from} }}\n")).unwrap_err().to_string();
        assert!(error.contains("takes one of `env`, `command`, `file` and `keyring`"), "{error}");
    }
    let empty = "{ keyring = { service = \"\", user = \"b\" } }";
    let error = read(&format!("{GOOD}secrets = {{ password = {empty} }}\n")).unwrap_err().to_string();
    assert!(error.contains("`service` and `user`"), "{error}");
}

#[test]
fn a_key_to_sign_with_is_found_at_home_or_beside_the_file() {
    let key = |text: &str| read(&format!("[signing]\nkey = {text:?}\n{GOOD}")).unwrap().signing.key.unwrap();
    assert_eq!(key("~/.ssh/id_ed25519"), PathBuf::from("/home/ada/.ssh/id_ed25519"));
    assert_eq!(key("/etc/usher/key"), PathBuf::from("/etc/usher/key"));
    assert!(key("key").is_absolute() && key("key").ends_with("key"));
    for (text, says) in [
        ("key = \"\"", "`signing.key` is empty"),
        ("passphrase = { env = \"A\" }", "without a `signing.key`"),
        ("key = \"k\"\npassphrase = { }", "`signing.passphrase` takes one of"),
        ("kye = \"k\"", "kye"),
    ] {
        let error = read(&format!("[signing]\n{text}\n")).unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("usher.toml"), "{text}: {error}");
    }
}

#[test]
fn unknown_keys_are_refused_with_their_line() {
    let error = read(&format!("{GOOD}colour = 3\n")).unwrap_err().to_string();
    assert!(error.contains("usher.toml:5"), "{error}");
    assert!(error.contains("colour"), "{error}");
    let long = read(&format!("{GOOD}{} = 3\n", "colour".repeat(1000))).unwrap_err().to_string();
    assert!(long.contains("colour") && long.contains("hint:") && long.len() < 1500, "{long}");
}

#[test]
fn an_address_with_a_password_is_not_shown() {
    for url in ["https://a:hunter2@", "https://a:hunter2@h.test"] {
        let error = read(&GOOD.replace("https://h.test", url)).unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }
}
