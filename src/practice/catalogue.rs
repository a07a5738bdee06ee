//! Which practice consoles there are, and the knobs of each with their meaning.
use anyhow::anyhow;

/// One practice console that can be started.
#[derive(Debug)]
pub struct Console {
    /// The app it stands in for.
    pub app: &'static str,
    /// Which of the app's UIs it shows.
    pub generation: &'static str,
    /// What it is, in one line.
    pub summary: &'static str,
    /// What can be turned.
    pub knobs: &'static [Knob],
}

/// One thing about a console that can be changed, to rehearse a trouble.
#[derive(Debug)]
pub struct Knob {
    /// Its name, as in `NAME=VALUE`.
    pub name: &'static str,
    /// The values it takes.
    pub values: &'static str,
    /// What it is when nobody turns it.
    pub default: &'static str,
    /// What it does.
    pub meaning: &'static str,
    /// Whether it can only be given at the start.
    pub fixed: bool,
}

/// Every console there is.
pub fn consoles() -> &'static [Console] {
    CONSOLES
}

/// The console of that app and generation, or an error that names those there are.
pub(super) fn find(app: &str, generation: &str) -> anyhow::Result<&'static Console> {
    let found = CONSOLES.iter().find(|console| console.app == app && console.generation == generation);
    found.ok_or_else(|| {
        let names: Vec<_> =
            CONSOLES.iter().map(|console| format!("`{}/{}`", console.app, console.generation)).collect();
        anyhow!("there is no practice console `{app}/{generation}`\nhint: there is {}", names.join(", "))
    })
}

/// What to say about a knob that this console does not have.
pub(super) fn unknown_knob(console: &Console, name: &str) -> anyhow::Error {
    let nearest = console
        .knobs
        .iter()
        .map(|knob| (strsim::damerau_levenshtein(knob.name, name), knob.name))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map_or_else(String::new, |(_, name)| format!("did you mean `{name}`? "));
    let names: Vec<_> = console.knobs.iter().map(|knob| knob.name).collect();
    anyhow!(
        "`{}/{}` has no knob `{name}`\nhint: {nearest}the knobs are {}",
        console.app,
        console.generation,
        names.join(", ")
    )
}

const CONSOLES: &[Console] = &[Console {
    app: "heap",
    generation: "users-permissions",
    summary: "Account > Settings > Users & Permissions: a paged table, a row menu, dialogs",
    knobs: HEAP,
}];

const fn knob(
    name: &'static str,
    values: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Knob {
    Knob { name, values, default, meaning, fixed: false }
}

const fn fixed(
    name: &'static str,
    values: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Knob {
    Knob { name, values, default, meaning, fixed: true }
}

const HEAP: &[Knob] = &[
    fixed(
        "people",
        "2..=10000",
        "38",
        "how many people a fresh account has, with the owner and the signed-in admin",
    ),
    fixed("account", "EMAIL", "it-admin@northwind.example", "the account that can sign in"),
    knob("password", "TEXT", "practice-pass-1", "the password of that account"),
    knob("tenant", "TEXT", "Northwind Analytics", "the name of the customer's account"),
    knob(
        "signed_in_role",
        "Admin|Member",
        "Admin",
        "the role of the signed-in account; a Member may not manage users",
    ),
    knob("seat_cap", "off|N", "off", "how many seats the plan has, pending invitations included"),
    knob("page_size", "1..=20000", "25", "how many people a page of the list shows"),
    knob("pending", "shown|hidden", "shown", "whether pending people are in the list and its count"),
    knob("viewer_role", "on|off", "on", "whether the plan has the Viewer role"),
    knob(
        "scim",
        "on|off",
        "off",
        "an identity provider manages the users: a notice, and every control disabled",
    ),
    knob("labels", "a|b", "a", "the button reads `Invite Users` (a) or `Add User` (b)"),
    knob("button_label", "TEXT", "Send Invite", "what the button that sends an invitation reads"),
    knob("latency_ms", "0..=60000", "0", "how much later every page and every /api answer comes"),
    knob("slow_ready_ms", "0..=60000", "0", "how long a page shows its controls before they react"),
    knob("late_rows_ms", "0..=600000", "0", "how long the list goes on showing what was before a change"),
    knob(
        "toast",
        "truth|lie|wrong|none",
        "truth",
        "lie: an invitation is acknowledged and not stored; wrong: a change is stored and answered with HTTP 403; none: nothing is acknowledged",
    ),
    knob("stores_role", "off|Admin|Member|Viewer", "off", "the role that is stored whatever was asked"),
    knob(
        "drop_answer",
        "off|N",
        "off",
        "the N-th people request from now is applied, and answered with HTTP 500",
    ),
    knob(
        "fail_before",
        "off|N",
        "off",
        "the N-th people request from now is not applied, and answered with HTTP 500",
    ),
    knob("down", "on|off", "off", "everything but /_truth and /_knobs answers 503"),
    knob(
        "cut_before",
        "off|N",
        "off",
        "the N-th people request from now is not applied, and its connection is cut without an answer",
    ),
    knob(
        "cut_after",
        "off|N",
        "off",
        "the N-th people request from now is applied, and its connection is cut without an answer",
    ),
    knob(
        "unplugged",
        "on|off",
        "off",
        "every connection but those for /_truth and /_knobs is cut without an answer",
    ),
    knob(
        "bad_gateway",
        "on|off",
        "off",
        "everything but /_truth and /_knobs answers 502, and nothing is applied",
    ),
    knob(
        "retry_after",
        "off|SECONDS",
        "off",
        "everything but /_truth and /_knobs answers 429 with this Retry-After, and nothing is applied",
    ),
    knob(
        "in_front_of",
        "all|reads|changes",
        "all",
        "what `bad_gateway` and `retry_after` answer: everything, what only reads, or what changes people",
    ),
    knob("in_front_for", "ever|N", "ever", "how many requests they answer before the service does again"),
    knob("half_pages", "off|N", "off", "the N-th page from now breaks off near its beginning"),
    knob("half_heads", "off|N", "off", "the N-th page from now breaks off in the head of its answer"),
    knob("breaks_page", "off|N", "off", "page N of the list is answered with HTTP 500"),
    knob(
        "count",
        "truth|more|none",
        "truth",
        "whether the list says how long it is: rightly, three too many, or not at all",
    ),
    knob("shuffles", "on|off", "off", "the list begins with another person each time it is asked for"),
    knob("doubled", "off|EMAIL", "off", "the list has a second row with this person's address"),
    knob("double_handler", "on|off", "off", "the page sends every change twice for one click"),
    knob(
        "rolls_back",
        "on|off",
        "off",
        "an invitation shows in the list and is acknowledged at once, then HTTP 500 takes it back",
    ),
    knob(
        "rerender",
        "on|off",
        "off",
        "the button that sends is replaced by one like it as the pointer comes",
    ),
    knob(
        "overlay",
        "off|cookies|nps|news",
        "off",
        "a question about cookies, one about recommending the app, or news, lies over the page until it is sent away; /_truth counts what is clicked in it",
    ),
    knob("next_row", "on|off", "off", "what the menu of a row opens is about the person of the next row"),
    knob("acts_otherwise", "on|off", "off", "`Save role` removes the person"),
    knob(
        "typing",
        "plain|steals|eats|appends",
        "plain",
        "what becomes of the typed address: the focus is taken away, every second letter is lost, or more is filled in",
    ),
    knob(
        "native_dialog",
        "off|alert|leaving",
        "off",
        "alert: a native dialog opens with the invite form; leaving: the page asks before a filled form is left",
    ),
    fixed(
        "sign_in",
        "form|email_first|origins|sso",
        "form",
        "e-mail and password on one page, one after the other, at two other origins, or at an identity provider",
    ),
    knob(
        "second_factor",
        "off|totp|push",
        "off",
        "after the password: a one-time code, or an approval on the phone (POST /_approve gives it)",
    ),
    fixed(
        "totp_seed",
        "BASE32",
        "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "the seed of the one-time codes, sixteen bytes or more",
    ),
    knob("captcha", "on|off", "off", "after the password, a page that only a person gets past"),
    knob("stay_question", "on|off", "off", "after all factors, `Stay signed in?`"),
    knob("tenant_picker", "on|off", "off", "after that, a choice between the account and its sandbox"),
    knob("signs_in_as", "off|EMAIL", "off", "whoever signs in is this other person of the account then"),
    knob("lock_out", "off|N", "off", "N wrong passwords in a row lock the account, until this is turned off"),
    knob(
        "expire_after",
        "off|N",
        "off",
        "a session is over after N requests for /app and /api (POST /_expire ends all at once)",
    ),
    knob("rotate_cookie", "on|off", "off", "every page sets a new session cookie; the old one is dead"),
    knob(
        "step_up",
        "off|menu|commit",
        "off",
        "removing and revoking need the password again: before the dialog, or when it is confirmed",
    ),
    knob(
        "storage_token",
        "on|off",
        "off",
        "pages are shown only to a tab that kept two tokens, in its local and its session storage",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_name_is_answered_with_the_right_ones() {
        let error = find("heap", "teammates").unwrap_err().to_string();
        assert_eq!(
            error,
            "there is no practice console `heap/teammates`\nhint: there is `heap/users-permissions`"
        );
        let error = unknown_knob(&CONSOLES[0], "seatcap").to_string();
        assert!(error.starts_with("`heap/users-permissions` has no knob `seatcap`\nhint: did you mean `seat_cap`? the knobs are people"));
        assert!(!unknown_knob(&CONSOLES[0], "zzzzzzzzz").to_string().contains("did you mean"));
    }
}
