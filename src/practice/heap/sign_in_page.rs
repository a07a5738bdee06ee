//! The sign-in page.
use super::frame;
use maud::{Markup, html};

/// The form; `said` is what was wrong with the last try.
pub(super) fn page(
    tenant: &str,
    redirect: Option<&str>,
    csrf: &str,
    email: &str,
    said: Option<&str>,
) -> Markup {
    let action =
        redirect.map_or_else(|| "/login".to_owned(), |to| format!("/login?redirect={}", encoded(to)));
    let body = html! {
        h1 { "Log in" }
        p.quiet { "Welcome back to " strong { (tenant) } "." }
        form.fields method="post" action=(action) novalidate {
            input type="hidden" name="_csrf" value=(csrf);
            @if let Some(said) = said { div.alert role="alert" { (said) } }
            div.field {
                label for="email" { "Email" }
                input id="email" name="email" type="email" autocomplete="username" value=(email) autofocus[email.is_empty()];
            }
            div.field {
                label for="password" { "Password" }
                input id="password" name="password" type="password" autocomplete="current-password" autofocus[!email.is_empty()];
            }
            button.button.primary.block type="submit" { "Log in" }
        }
    };
    frame::bare("Log in", &body)
}

/// A path as the value of a query parameter.
pub(super) fn encoded(text: &str) -> String {
    let mut query = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            query.push(char::from(byte));
        } else {
            query.push('%');
            query.extend(
                [byte >> 4, byte & 15].map(|half| char::from(b"0123456789ABCDEF"[usize::from(half)])),
            );
        }
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_stays_text() {
        let page = page("A & B", Some("/app?a=\"><b>"), "t", "\"><script>", Some("no")).into_string();
        assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;\""));
        assert!(page.contains("/login?redirect=%2Fapp%3Fa%3D%22%3E%3Cb%3E\""));
        assert!(page.contains("A &amp; B"));
    }
}
