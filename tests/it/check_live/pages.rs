//! A console of a few fixed pages and a pack for it, with everything that a walk cannot reach or must tell apart.

/// The pages: who would change something asks for a path below `/changed`.
pub(super) fn page(path: &str) -> &'static str {
    match path.split('?').next().unwrap_or_default() {
        "/login" => {
            "<form action=/people><label>Name <input name=n></label><label>Password <input type=password></label><button>Enter</button></form>"
        }
        "/people" => {
            "<p id=me>usher@x.test</p><p id=tenant>Corp</p><h1>People</h1><p>3 people</p>\
             <table><thead><tr><th>Email<th>Role<th></tr></thead><tbody>\
             <tr><td>boss@x.test<td>Admin<td><a href=/person>Open</a></tr>\
             <tr><td>ada@x.test<td>Member<td><a href=/person>Open</a></tr>\
             <tr><td>ben@x.test<td>Member<td><a href=/person>Open</a></tr></tbody></table>"
        }
        // A wizard: its second page comes only once the first is filled in.
        "/invite" => {
            "<form onsubmit='return false'><fieldset id=one><label>Email <input id=mail></label><button type=button onclick=\"if (mail.value) { one.hidden = true; two.hidden = false }\">Next</button></fieldset>\
             <fieldset id=two hidden><label>Team <input></label><button onclick=\"fetch('/changed/invite')\">Send</button></fieldset></form>"
        }
        "/person" => {
            "<h1>ada@x.test</h1><label>Role <select id=role onchange=\"fetch('/changed/role')\"><option>Admin<option selected>Member</select></label>\
             <label>Type ada@x.test <input oninput=\"go.disabled = this.value !== 'ada@x.test'\"></label>\
             <button id=go disabled onclick=\"fetch('/changed/remove')\">Remove</button>\
             <button id=other onclick=\"fetch('/changed/other')\">Remove everybody</button>\
             <details><summary>Reason</summary><label>Why <input></label></details>"
        }
        _ => "",
    }
}

/// The files of the pack, by their paths.
pub(super) const PACK: &[(&str, &str)] = &[
    (
        "scripts/tiny/app.yaml",
        "app: tiny\ntitle: Tiny\nidentity: email\nentry: /people\ngenerations: [one]\n\
         does: { invite: [absent], remove: [active], role: [active] }\nsign_in: sign-in\n\
         signed_in: { account: me, tenant: tenant }\nroles: [Admin, Member]\nadmins: [Admin]\n\
         pending: shown\nsettle: 1s\nremoved: deleted\n",
    ),
    (
        "scripts/tiny/sign-in.yaml",
        "app: tiny\naction: sign_in\nsummary: sign in\nfor: [sign-in]\nsteps:\n  - open: login\n\
         \x20 - fill: { name: \"${secret.username}\", word: \"${secret.password}\" }\n  - click: enter\n",
    ),
    (
        "scripts/tiny/invite.yaml",
        "app: tiny\naction: invite\nsummary: invite\nfor: [one]\nwhen: absent\ntakes: { team: [] }\noptional: [team]\nsteps:\n\
         \x20 - open: invite\n  - fill: { mail: \"${person.email}\" }\n  - click: next\n\
         \x20 - fill: { team: \"${person.team}\" }\n    when: { gives: [team] }\n\
         \x20 - commit: { click: send }\n    names: second\n\
         read_back: { list: people, shows: { status: active } }\n",
    ),
    (
        "scripts/tiny/remove.yaml",
        "app: tiny\naction: remove\nsummary: remove\nfor: [one]\nwhen: active\ntakes: { reason: [] }\noptional: [reason]\nsteps:\n\
         \x20 - row: people\n  - click: open\n\
         \x20 - fill: { why: \"${person.reason}\" }\n    when: { sees: why }\n\
         \x20 - type_to_confirm: { phrase: \"${person.email}\" }\n\
         \x20 - commit: { click: remove }\n    names: title\n\
         read_back: { list: people, absent: true }\n",
    ),
    (
        "scripts/tiny/role.yaml",
        "app: tiny\naction: role\nsummary: role\nfor: [one]\nwhen: active\ntakes: { role: [Admin, Member] }\nsteps:\n\
         \x20 - row: people\n  - click: open\n  - commit: { choose: { role: \"${person.role}\" } }\n    names: title\n\
         read_back: { list: people, shows: { role: \"${person.role}\" } }\n",
    ),
    (
        "selectors/tiny/sign-in.v1.yaml",
        "app: tiny\ngeneration: sign-in\nversion: 1\nchecked: 2026-01-01\nbasis: vendor-doc\npages: { login: /login }\ncontrols:\n\
         \x20 name: { label: Name }\n  word: { label: Password }\n  enter: { role: button, name: Enter }\n\
         \x20 me: { css: \"#me\" }\n  tenant: { css: \"#tenant\" }\nsecret: [word]\n",
    ),
    (
        "selectors/tiny/one.v1.yaml",
        "app: tiny\ngeneration: one\nversion: 1\nchecked: 2026-01-01\ndetect: [{ role: heading, name: People }]\n\
         pages: { people: /people, invite: /invite }\ncontrols:\n\
         \x20 mail: { label: Email }\n  next: { role: button, name: Next }\n  second: { css: \"#two\" }\n\
         \x20 team: { label: Team, in: second }\n  send: { role: button, name: Send, in: second }\n\
         \x20 open: { role: link, name: Open, in: { row_of: people } }\n  title: { role: heading }\n\
         \x20 why: { label: Why }\n  phrase: { label: Type ada@x.test }\n\
         \x20 remove: { role: button, name: Remove, also: [{ css: \"#go\", basis: public-code }] }\n\
         \x20 role: { label: Role, basis: vendor-doc, also: [{ css: \"#role\" }] }\n\
         lists:\n  people:\n    page: people\n    columns: { email: Email, role: Role }\n    count: \"${n} people\"\n    holds: active\n",
    ),
];
