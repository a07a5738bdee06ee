//! Every knob can be turned, shows how it stands, and says what it takes.
use super::*;

fn console() -> &'static Console {
    &catalogue::consoles()[0]
}

#[test]
fn every_knob_in_the_catalogue_can_be_set_and_is_shown_as_set() {
    let mut knobs = Knobs::new(console()).unwrap();
    for knob in console().knobs.iter().filter(|knob| !SECRET.contains(&knob.name)) {
        assert_eq!(knobs.shown(knob.name).as_deref(), Some(knob.default), "{}", knob.name);
    }
    for (name, value) in [
        ("seat_cap", "40"),
        ("toast", "lie"),
        ("stores_role", "Viewer"),
        ("scim", "on"),
        ("labels", "b"),
        ("sign_in", "email_first"),
        ("sign_in", "origins"),
        ("sign_in", "sso"),
        ("second_factor", "totp"),
        ("second_factor", "push"),
        ("captcha", "on"),
        ("stay_question", "on"),
        ("tenant_picker", "on"),
        ("signs_in_as", "meier@northwind.example"),
        ("lock_out", "3"),
        ("expire_after", "20"),
        ("rotate_cookie", "on"),
        ("step_up", "menu"),
        ("step_up", "commit"),
        ("storage_token", "on"),
    ] {
        knobs.set(console(), name, value).unwrap();
        assert_eq!(knobs.shown(name).as_deref(), Some(value));
    }
    assert_eq!(SECRET.map(|name| knobs.shown(name)), [None, None]);
}

#[test]
fn what_is_not_possible_says_what_is() {
    let mut knobs = Knobs::new(console()).unwrap();
    let error = knobs.set(console(), "labels", "c").unwrap_err().to_string();
    assert!(error.starts_with("`labels=c` is not possible\nhint: it takes a|b"), "{error}");
    for (name, value) in [
        ("people", "1"),
        ("latency_ms", "-1"),
        ("latency_ms", "soon"),
        ("account", "me"),
        ("stores_role", "Owner"),
        ("sign_in", "magic"),
        ("second_factor", "on"),
        ("signs_in_as", "somebody"),
        ("lock_out", "0"),
        ("expire_after", "0"),
        ("step_up", "on"),
    ] {
        assert!(knobs.set(console(), name, value).is_err(), "{name}={value}");
    }
    let error = knobs.set(console(), "totp_seed", "tooshort").unwrap_err().to_string();
    assert!(error.starts_with("`totp_seed=...` is not possible"), "{error}");
    for name in ["sign_in", "totp_seed"] {
        assert!(knobs.turn(console(), name, "form").is_err(), "{name} is fixed");
    }
    let error = knobs.turn(console(), "people", "40").unwrap_err().to_string();
    assert!(error.starts_with("`people` can only be given at the start\nhint:"), "{error}");
}

#[test]
fn counting_down_hits_once() {
    let mut left = Some(2);
    assert_eq!([due(&mut left), due(&mut left), due(&mut left)], [false, true, false]);
}
