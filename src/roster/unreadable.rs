//! Why a page of a list cannot be read, in words for a person.

/// Why a page cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The shape names a key column that it does not have.
    #[error("the list has no column `{0}`, which should hold the key")]
    NoKeyColumn(String),
    /// A column's CSS is none.
    #[error("the css of column `{column}` is not valid: `{css}`")]
    BadCss {
        /// The column.
        column: String,
        /// Its CSS.
        css: String,
    },
    /// The markup is too deep, too large or too broken.
    #[error("{0}")]
    Markup(String),
    /// No table has these columns.
    #[error("no table has the columns {}; {}", in_backticks(wanted), seen_words(seen))]
    NoTable {
        /// The headers that are looked for.
        wanted: Vec<String>,
        /// The headers of each table that is there.
        seen: Vec<Vec<String>>,
    },
    /// Several tables have these columns.
    #[error("{tables} tables have the columns {}", in_backticks(wanted))]
    SeveralTables {
        /// How many.
        tables: usize,
        /// The headers that are looked for.
        wanted: Vec<String>,
    },
    /// Two columns of the table have one header.
    #[error("two columns have the header `{0}`")]
    HeaderTwice(String),
    /// A word that no state is known for.
    #[error("unknown status `{0}`")]
    UnknownStatus(String),
}

fn in_backticks(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn seen_words(seen: &[Vec<String>]) -> String {
    let tables: Vec<String> =
        seen.iter().filter(|table| !table.is_empty()).map(|table| in_backticks(table)).collect();
    if tables.is_empty() {
        "no headers are there".to_owned()
    } else {
        format!("the headers are {}", tables.join(" and "))
    }
}
