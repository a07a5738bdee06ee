//! Which e-mail addresses the practice account accepts.

/// Whether `text` is one address: a local part, one `@`, and a domain with a dot.
pub(super) fn acceptable(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.contains("..")
            && !part.contains(|c: char| c.is_whitespace() || c.is_control() || "@,;<>()[]\\\"".contains(c))
    };
    text.len() <= 254 && local.len() <= 64 && domain.contains('.') && plain(local) && plain(domain)
}

#[cfg(test)]
mod tests {
    use super::acceptable;

    #[test]
    fn takes_what_mail_takes_and_no_more() {
        for good in
            ["a@b.example", "Tom.Okafor@Northwind.Example", "p+heap@northwind.example", "o'neill@b.co"]
        {
            assert!(acceptable(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "@b.example",
            "a@",
            "a@b",
            "a b@c.example",
            "a@b@c.example",
            ".a@b.example",
            "a@b..example",
        ] {
            assert!(!acceptable(bad), "{bad}");
        }
    }
}
