//! Pages whose rows do not keep still while a picture is taken of one of them: nobody else shows in any picture, and there
//! is one in the end.

use crate::site::{Site, browser, css, target};
use png::Decoder;
use usher::browser::{Browser as _, ColumnTarget, Cover, ListTarget, Live, Picture};

/// Other people's rows; nothing else on these pages has that colour.
const STRANGER: [u8; 3] = [255, 0, 255];
/// The row of the person whom a picture is about.
const OWN: [u8; 3] = [0, 160, 0];
/// A dialog above the list.
const DIALOG: [u8; 3] = [0, 0, 200];
const ME: &str = "me@x.example";

/// A list of seven; `often` does something in so many frames of five, and `undo` takes it back in the others.
macro_rules! page {
    ($often:expr, $make:expr, $undo:expr) => {
        page!($often, $make, $undo, "")
    };
    ($often:expr, $make:expr, $undo:expr, $more:expr) => {
        concat!(
            "<!doctype html><meta charset=utf-8><style>
             body { margin: 0; font: 14px/20px sans-serif } #box { height: 200px; overflow: auto }
             tbody tr { height: 40px; background: rgb(255, 0, 255); color: rgb(255, 0, 255) }
             tbody tr.own { background: rgb(0, 160, 0); color: rgb(0, 160, 0) }
             table { width: 600px; border-collapse: collapse } td { padding: 0 }
             [role=dialog] { position: fixed; left: 100px; top: 300px; width: 300px; height: 200px; background: rgb(0, 0, 200); color: rgb(0, 0, 200) }
             @keyframes turn { to { transform: rotate(360deg) } } .busy { width: 20px; height: 20px; animation: turn 1s linear infinite; background: #999 }
             </style><p id=clock>0</p><div class=busy></div><div id=box><table><thead><tr><th>Email</th></tr></thead><tbody></tbody></table></div>",
            $more,
            "<script>
             const body = document.querySelector('tbody'), box = document.querySelector('#box');
             for (let i = 0; i < 7 + (window.more || 0); i += 1) body.insertRow().insertCell().textContent = i === 3 ? 'me@x.example' : 'p' + i + '@x.example';
             const me = body.rows[3], next = body.rows[4], own = me.cells[0];
             me.className = 'own moves';
             const rule = document.styleSheets[0].cssRules[document.styleSheets[0].insertRule('tr.moves { }', 0)];
             const below = document.styleSheets[0].cssRules[document.styleSheets[0].insertRule('tr.moves + tr { }', 1)];
             let k = 0, added = null;
             const frame = () => {
               k += 1;
               if (k % 5 < ", stringify!($often), ") {", $make, "} else {", $undo, "}
               requestAnimationFrame(frame);
             };
             requestAnimationFrame(frame);
             </script>"
        )
    };
}

/// So many rows out of sight that usher takes a whole look at them only now and then.
macro_rules! huge {
    ($often:expr, $make:expr, $undo:expr) => {
        page!($often, $make, $undo, "<script>window.more = 12000</script>")
    };
}

const SWAP: &str = "/swaps";

fn page(path: &str) -> &'static str {
    match path {
        // In every frame, the other way round each time.
        "/every" => page!(5, "me.remove(); body.insertBefore(me, body.rows[k % 2 ? 1 : 3])", ""),
        SWAP => page!(
            1,
            "body.insertBefore(me, body.rows[1])",
            "if (body.rows[3] !== me) { me.remove(); body.insertBefore(me, body.rows[3]) }"
        ),
        "/style" => page!(
            1,
            "me.style.transform = 'translateY(40px)'; next.style.transform = 'translateY(-40px)'",
            "me.style.transform = ''; next.style.transform = ''"
        ),
        // A style sheet moves things without any change of the document.
        "/rule" => page!(
            1,
            "rule.style.transform = 'translateY(40px)'; below.style.transform = 'translateY(-40px)'",
            "rule.style.transform = ''; below.style.transform = ''"
        ),
        "/animate" => page!(
            1,
            "me.animate({ transform: ['translateY(40px)', 'translateY(40px)'] }, 30); next.animate({ transform: ['translateY(-40px)', 'translateY(-40px)'] }, 30)",
            ""
        ),
        "/huge/rule" => huge!(
            1,
            "if (k % 2) rule.style.transform = 'translateY(40px)', below.style.transform = 'translateY(-40px)'",
            "rule.style.transform = ''; below.style.transform = ''"
        ),
        "/huge/animate" => huge!(
            1,
            "if (k % 2) me.animate({ transform: ['translateY(40px)', 'translateY(40px)'] }, 30), next.animate({ transform: ['translateY(-40px)', 'translateY(-40px)'] }, 30)",
            ""
        ),
        "/huge/still" => huge!(0, "", ""),
        // The row is used again for somebody else.
        "/text" => page!(
            1,
            "own.textContent = 'p9@x.example'; me.className = ''",
            "own.textContent = 'me@x.example'; me.className = 'own moves'"
        ),
        "/added" => page!(
            1,
            "if (added === null) { added = body.insertRow(1); added.insertCell().textContent = 'p8@x.example' }",
            "if (added !== null) { added.remove(); added = null }"
        ),
        "/scroll" => page!(2, "box.scrollTop = 40", "box.scrollTop = 0"),
        // Much is going on, and nobody moves.
        "/busy" => page!(
            5,
            "document.querySelector('#clock').textContent = k; body.rows[1].cells[0].textContent = 'p1@x.example ' + k % 10",
            ""
        ),
        "/dialog" => page!(
            5,
            "me.remove(); body.insertBefore(me, body.rows[k % 2 ? 1 : 3])",
            "",
            "<div role=dialog aria-label=Remove>me@x.example</div>"
        ),
        _ => "",
    }
}

fn people() -> ListTarget {
    let column = ColumnTarget { header: Some("Email".to_owned()), css: None, heard: false };
    ListTarget {
        name: "people".to_owned(),
        columns: [("email".to_owned(), column)].into(),
        key: "email".to_owned(),
        grid: None,
        inside: None,
        place: None,
    }
}

/// How many pixels of a colour a picture has.
fn pixels(picture: &Picture, colour: [u8; 3]) -> usize {
    let mut reader = Decoder::new(std::io::Cursor::new(&picture.png)).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut bytes).unwrap();
    bytes.chunks_exact(frame.color_type.samples()).filter(|pixel| pixel[..3] == colour).count()
}

async fn take(live: &mut Live, path: &str, scope: Option<&usher::browser::Target>) -> Picture {
    let list = people();
    let cover = Cover {
        lists: vec![&list],
        subject: vec![("email".to_owned(), ME.to_owned())],
        scope,
        ..Cover::default()
    };
    let picture = live.picture(&cover).await.unwrap();
    assert_eq!(pixels(&picture, STRANGER), 0, "{path}: somebody else shows");
    picture
}

#[tokio::test]
async fn nobody_else_shows_while_rows_move() {
    held_or_covered(&["/every", SWAP, "/style", "/rule", "/animate", "/text", "/added", "/scroll"], 8).await;
}

#[tokio::test]
async fn nobody_else_shows_while_rows_of_a_huge_page_move() {
    held_or_covered(&["/huge/rule", "/huge/animate"], 12).await;
}

/// Takes pictures of pages that move: either one was taken while everything kept still, or nothing is left open.
async fn held_or_covered(paths: &[&str], pictures: u8) {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    for path in paths {
        live.open(&format!("{}{path}", site.url)).await.unwrap();
        for _ in 0..pictures {
            let picture = take(&mut live, path, None).await;
            let own = pixels(&picture, OWN);
            assert_eq!(own > 0, picture.masked.people > 0, "{path}: {own} pixels, {:?}", picture.masked);
            assert_eq!(own == 0, picture.masked.unknown > 0, "{path}: {own} pixels, {:?}", picture.masked);
        }
    }
    live.close().await;
    driver.stop().await.unwrap();
}

#[tokio::test]
async fn what_keeps_still_stays_open() {
    let site = Site::start(page);
    let (driver, mut live, _profiles) = browser().await;
    for path in ["/busy", "/huge/still"] {
        live.open(&format!("{}{path}", site.url)).await.unwrap();
        for _ in 0..4 {
            let picture = take(&mut live, path, None).await;
            assert!(
                pixels(&picture, OWN) > 10_000 && picture.masked.unknown == 0,
                "{path}: {:?}",
                picture.masked
            );
        }
    }
    // Rows move behind it, and it does not.
    live.open(&format!("{}/dialog", site.url)).await.unwrap();
    let dialog = target("dialog", vec![css("[role=dialog]")]);
    for _ in 0..4 {
        let picture = take(&mut live, "/dialog", Some(&dialog)).await;
        assert!(pixels(&picture, DIALOG) > 50_000, "the dialog is covered: {:?}", picture.masked);
    }
    live.close().await;
    driver.stop().await.unwrap();
}
