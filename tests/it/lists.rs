//! Every shape of a list of people that consoles have, read whole and provably, in the real browser on pages of the test's own.

use crate::harness::ROOT;
use crate::site::{Site, browser};
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use usher::browser::driver::Driver;
use usher::browser::fake::{Fake, FakeConsole};
use usher::browser::{Browser as _, Cover, Live, Trouble, Want};
use usher::plan::{Pack, PackFiles, View, words};
use usher::roster::{Found, Roster};
use usher::run::{Locator, Reader, Values};
use usher::source::Source;

/// What every page begins with: a way to make people, `person(7)` being the seventh, and to make a row of one.
macro_rules! page {
    ($($html:expr),+ $(,)?) => {
        concat!(
            "<!doctype html><meta charset=utf-8><style>* { box-sizing: border-box } body { margin: 0; font: 14px/20px sans-serif }</style>",
            "<script>
            const name = (i) => 'Person ' + i;
            const mail = (i) => 'p' + (i === 250 ? 120 : i) + '@x.example';
            const cells = (i) => '<td>' + name(i) + '</td><td>' + mail(i) + '</td><td>Member</td>';
            const head = '<thead><tr><th>Name</th><th>Email</th><th>Role</th></tr></thead>';
            const rowsOf = (from, to) => Array.from({ length: to - from }, (_, i) => '<tr>' + cells(from + i) + '</tr>').join('');
            </script>",
            $($html),+
        )
    };
}

/// 300 people, of whom only those in view are on the page: rows are elements that are used again, put in place absolutely,
/// some time after the scrolling.
macro_rules! virtual_list {
    ($box:expr, $row:expr) => {
        concat!(
            "<script>
            const box = ",
            $box,
            ", body = document.querySelector('tbody'), H = 40, N = 300;
            body.style.height = N * H + 'px';
            const draw = () => {
              const top = box === window ? -body.getBoundingClientRect().top : box.scrollTop;
              const first = Math.max(0, Math.floor(top / H) - 3), last = Math.min(N, first + 30);
              while (body.rows.length < last - first) body.insertRow();
              while (body.rows.length > last - first) body.deleteRow(-1);
              for (let i = first; i < last; i += 1) {
                const row = body.rows[",
            $row,
            "];
                if (row.dataset.i === String(i)) continue;
                row.dataset.i = i;
                row.style.top = i * H + 'px';
                row.innerHTML = cells(i);
              }
            };
            let due = null;
            box.addEventListener('scroll', () => { clearTimeout(due); due = setTimeout(draw, 60); });
            draw();
            </script>"
        )
    };
}

/// Eight people, and a button that gives away a file of the first `far`, some time after it was clicked.
macro_rules! export {
    () => {
        "<script>
        document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(0, 8) + '</tbody>';
        document.querySelector('button').onclick = () => setTimeout(() => {
          const lines = Array.from({ length: far }, (_, i) => `\"${name(i)}\",${mail(i)},Member`);
          const link = document.createElement('a');
          link.href = URL.createObjectURL(new Blob([['Full name,E-mail,Role', ...lines].join('\\r\\n')]));
          link.download = 'people.csv';
          link.click();
        }, 300);
        </script>"
    };
}

/// A list that grows when it is scrolled to its end: `(people, milliseconds, what shows meanwhile, what stands at the end)`.
macro_rules! infinite {
    ($people:expr, $late:expr, $busy:expr, $end:expr) => {
        concat!(
            "<script>
            document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(0, 50) + '</tbody>';
            let from = 50, busy = false;
            const end = document.getElementById('end');
            new IntersectionObserver(([seen]) => { if (seen.isIntersecting) load(); }).observe(end);
            const load = () => {
              if (busy) return;
              if (from >= ",
            $people,
            ") { end.innerHTML = ",
            $end,
            "; return; }
              busy = true;
              end.innerHTML = \"",
            $busy,
            "\";
              setTimeout(() => {
                document.querySelector('tbody').insertAdjacentHTML('beforeend', rowsOf(from, from + 50));
                from += 50;
                busy = false;
                end.innerHTML = '';
                if (end.getBoundingClientRect().top < innerHeight) load();
              }, ",
            $late,
            ");
            };
            </script>"
        )
    };
}

/// A list that a button loads more of, which is disabled and renamed meanwhile; what is done after each time.
macro_rules! load_more {
    ($after:expr) => {
        concat!(
            "<script>
            document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(0, 40) + '</tbody>';
            let from = 40;
            const button = document.querySelector('button');
            button.onclick = () => {
              button.disabled = true;
              button.textContent = 'Wait';
              setTimeout(() => {
                document.querySelector('tbody').insertAdjacentHTML('beforeend', rowsOf(from, Math.min(from + 40, 260)));
                from = Math.min(from + 40, 260);
                button.disabled = false;
                button.textContent = 'Load more';
                ", $after, ";
              }, 250);
            };
            </script>"
        )
    };
}

fn page(path: &str) -> &'static str {
    match path.split('?').next().unwrap_or_default() {
        "/virtual/window" => page!(
            "<style>table { display: block } tbody { display: block; position: relative } tbody tr { position: absolute; height: 40px; display: flex; width: 100% } td { width: 30% }</style>",
            "<main id=box><h1 style='height:200px'>People</h1><table></table><footer style='height:300px'>The end</footer></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody></tbody>';</script>",
            virtual_list!("window", "i % (last - first)")
        ),
        "/virtual/box" => page!(
            "<style>#box { height: 400px; overflow: auto } table { display: block } thead { position: sticky; top: 0; background: #fff; z-index: 1 } tbody { display: block; position: relative } tbody tr { position: absolute; height: 40px; display: flex; width: 100% } td { width: 30% }</style>",
            "<main><h1>People</h1><div id=box><table></table></div><footer style='height:900px'>The end</footer></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody></tbody>';</script>",
            virtual_list!("document.getElementById('box')", "i - first")
        ),
        "/virtual/padded" => page!(
            "<style>tbody tr:last-child { height: 4000px }</style>",
            "<main><h1>People</h1><table></table></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(0, 30) + '<tr></tr></tbody>';</script>"
        ),
        // A banner comes above the list when it is scrolled: everything moves down, and no row is the element it was.
        "/virtual/banner" => page!(
            "<style>table { display: block } tbody { display: block; position: relative } tbody tr { position: absolute; height: 40px; display: flex; width: 100% } td { width: 30% }</style>",
            "<main><h1>People</h1><p id=banner hidden style='height:57px'>News</p><table></table></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody></tbody>'; addEventListener('scroll', () => { banner.hidden = scrollY < 1500; });</script>",
            virtual_list!("window", "i - first")
        ),
        // Rows are as high as they turn out to be, so their places are not known before; but they are numbered.
        "/virtual/numbered" => page!(
            "<style>#box { height: 400px; overflow: auto; position: relative } [role=row] { display: flex; position: absolute; width: 100% } [role=row] > * { width: 30% } .first { position: sticky; z-index: 1; top: 0; background: #fff }</style>",
            "<main><h1>People</h1><div id=box role=grid aria-rowcount=301><div role=rowgroup style='height:30px'><div role=row class=first aria-rowindex=1><span role=columnheader>Name</span><span role=columnheader>Email</span><span role=columnheader>Role</span></div></div><div role=rowgroup id=body style='position:relative'></div></div></main>",
            "<script>
            const N = 300, known = new Map();
            const draw = () => {
              const tops = [];
              let top = 0;
              for (let i = 0; i < N; i += 1) { tops.push(top); top += known.get(i) || 40; }
              body.style.height = top + 'px';
              const first = Math.max(0, tops.findIndex((at) => at > box.scrollTop) - 3);
              let html = '';
              for (let i = first; i < Math.min(first + 20, N); i += 1) {
                if (!known.has(i)) { known.set(i, 40 + (i % 3) * 9); setTimeout(draw, 20); }
                html += `<div role=row aria-rowindex=${i + 2} style='top:${tops[i]}px;height:${known.get(i)}px'><span role=gridcell>${name(i)}</span><span role=gridcell>${mail(i)}</span><span role=gridcell>Member</span></div>`;
              }
              if (body.innerHTML.length !== html.length || body.dataset.html !== html) { body.dataset.html = html; body.innerHTML = html; }
            };
            box.addEventListener('scroll', () => requestAnimationFrame(draw));
            draw();
            </script>"
        ),
        // 300 people, fifty at a time, late: with something that turns meanwhile, or without.
        "/infinite" => page!(
            "<main><h1>People</h1><table></table><div id=end style='height:30px'></div></main>",
            infinite!(300, 300, "<div class='spinner' role=status>One moment</div>", "''")
        ),
        "/infinite/silent" => page!(
            "<main><h1>People</h1><table></table><div id=end style='height:30px'></div></main>",
            infinite!(300, 700, "", "''")
        ),
        "/infinite/counted" => page!(
            "<main><h1>People</h1><p>300 people</p><table></table><div id=end style='height:30px'></div></main>",
            infinite!(300, 300, "<div class='spinner' role=status>One moment</div>", "''")
        ),
        "/infinite/broken" => page!(
            "<main><h1>People</h1><p>300 people</p><table></table><div id=end style='height:30px'></div></main>",
            infinite!(100, 200, "", "'Something went wrong.'")
        ),
        "/infinite/stuck" => page!(
            "<main><h1>People</h1><table></table><div id=end style='height:30px'></div></main>",
            infinite!(100, 200, "", "'<span class=loading-dots>o o o</span>'")
        ),
        // Every row says how long ago, and changes all the time.
        "/infinite/ticking" => page!(
            "<main><h1>People</h1><table></table><div id=end style='height:30px'></div></main>",
            infinite!(150, 200, "", "''"),
            "<script>setInterval(() => { for (const row of document.querySelector('tbody').rows) row.cells[2].textContent = 'Member ' + Math.round(performance.now() / 100); }, 100);</script>"
        ),
        "/more" => page!(
            "<main><h1>People</h1><table></table><button>Load more</button></main>",
            load_more!("from === 260 ? button.remove() : null")
        ),
        "/more/disabled" => page!(
            "<main><h1>People</h1><p>260 people</p><table></table><button>Load more</button></main>",
            load_more!("button.disabled = from === 260")
        ),
        "/more/broken" => page!(
            "<main><h1>People</h1><table></table><button>Load more</button></main>",
            load_more!("from === 120 ? button.onclick = null : null")
        ),
        _ => more_pages(path),
    }
}

/// Lists in other forms than a plain table.
fn more_pages(path: &str) -> &'static str {
    match path {
        // Fetched late: the rows of the tab before stay until then.
        "/tabs" => page!(
            "<main><h1>People</h1><div role=tablist><button role=tab aria-selected=true>Members</button><button role=tab aria-selected=false>Pending</button><button role=tab aria-selected=false>Gone</button></div><table></table><p id=empty></p></main>",
            "<script>
            const show = (rows) => { document.querySelector('table').innerHTML = rows === '' ? '' : head + '<tbody>' + rows + '</tbody>'; empty.textContent = rows === '' ? 'Nobody is here.' : ''; };
            const lists = { Members: rowsOf(0, 4), Pending: rowsOf(10, 12), Gone: '' };
            for (const tab of document.querySelectorAll('[role=tab]')) tab.onclick = () => {
              for (const other of document.querySelectorAll('[role=tab]')) other.ariaSelected = other === tab;
              setTimeout(show, 400, lists[tab.textContent]);
            };
            show(lists.Members);
            </script>"
        ),
        "/links" => page!(
            "<main><h1>People</h1><nav><a href='/links' aria-current=page>Members</a> <a href='/links/pending'>Pending</a></nav><table></table></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(0, 4) + '</tbody>';</script>"
        ),
        "/links/pending" => page!(
            "<main><h1>People</h1><nav><a href='/links'>Members</a> <a href='/links/pending' aria-current=page>Pending</a></nav><table></table></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(2, 4) + '</tbody>';</script>"
        ),
        // A tab that says nothing of itself and does nothing.
        "/tabs/dead" => page!(
            "<main><h1>People</h1><button>Pending</button><table></table></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(0, 4) + '</tbody>';</script>"
        ),
        // Its second page does not come; its third page is found by its number.
        "/pages" => page!(
            "<main><h1>People</h1><p>8 people</p><table></table><a href='/pages'>1</a> <a href='/pages/2'>2</a></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(0, 3) + '</tbody>';</script>"
        ),
        "/pages/2" => page!(
            "<main><h1>People</h1><p>8 people</p><table></table><a href='/pages'>1</a> <a href='/pages/2'>2</a> <a href='/pages/3'>3</a></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(3, 6) + '</tbody>';</script>"
        ),
        "/pages/3" => page!(
            "<main><h1>People</h1><p>8 people</p><table></table><a href='/pages'>1</a> <a href='/pages/2'>2</a> <a href='/pages/3'>3</a></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(6, 8) + '</tbody>';</script>"
        ),
        // A file of everybody, made by the page itself; the second one has somebody whom the list does not show.
        "/export" => page!(
            "<main><h1>People</h1><button>Export</button><table></table></main>",
            "<script>const far = 8;</script>",
            export!()
        ),
        "/export/more" => page!(
            "<main><h1>People</h1><button>Export</button><table></table></main>",
            "<script>const far = 9;</script>",
            export!()
        ),
        "/cut" => page!(
            "<main><h1>People</h1><table></table><a href='/cut/2'>Next</a></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(0, 3) + '</tbody>';</script>"
        ),
        "/cut/2" => page!("<main><h1>People</h1><p>Something went wrong.</p></main>"),
        _ => shapes(path),
    }
}

/// Four people each, in every form of a table.
fn shapes(path: &str) -> &'static str {
    match path {
        "/shapes/divs" => page!(
            "<style>.row, .head { display: flex } .row > *, .head > * { width: 25% }</style>",
            "<main><h1>People</h1><p>4 people</p><div class=list><div class=head><span></span><span>Name</span><span>Email</span><span>Role</span></div></div></main>",
            "<script>document.querySelector('.list').innerHTML += [0, 1, 2, 3].map((i) => `<div class=row><span><input type=checkbox></span><span>${name(i)}</span><span>${mail(i)}</span><span>Member</span></div>`).join('');</script>"
        ),
        // Without headers; a row that is not drawn, and a list inside of a row that is drawn like the outer one.
        "/shapes/cards" => page!(
            "<style>ul { display: flex; flex-wrap: wrap } .card { width: 200px; height: 90px }</style>",
            "<main><h1>People</h1><ul></ul></main>",
            "<script>document.querySelector('ul').innerHTML = [0, 1, 2, 3].map((i) => `<li class=card><div><button>${name(i)}</button></div><div class=mail>${mail(i)}</div><div><b>Member</b></div></li>`).join('') + '<li class=card hidden><div>x</div><div class=mail>hidden@x.example</div><div></div></li>';
            document.querySelector('.card div').insertAdjacentHTML('beforeend', '<ul><li class=card><div>x</div></li></ul>');</script>"
        ),
        "/shapes/headless" => page!(
            "<main><h1>People</h1><section id=list><table></table></section><table><tr><td>Seats</td><td>4</td></tr></table></main>",
            "<script>document.querySelector('table').innerHTML = [0, 1, 2, 3].map((i) => `<tr><td><img alt=''></td><td><a href=#>${name(i)}</a><div class=mail>${mail(i)}</div></td><td class=role>Member</td></tr>`).join('');</script>"
        ),
        // Groups of headers, sort buttons with arrows, a column of boxes that reaches down, rows that only measure or hide.
        "/shapes/groups" => page!(
            "<style>.measure, .measure td { height: 0; padding: 0; line-height: 0 } .measure div { height: 0; overflow: hidden } .none { visibility: collapse }</style>",
            "<main><h1>People</h1><table><thead><tr><th rowspan=2><input type=checkbox></th><th colspan=2>Person</th><th rowspan=2>Role</th></tr><tr><th><button>Name <span aria-hidden=true>\u{25b2}</span></button></th><th aria-sort=none><button>Email</button> \u{2195}</th></tr></thead><tbody></tbody><tfoot><tr><td></td><td>Name</td><td>foot@x.example</td><td></td></tr></tfoot></table></main>",
            "<script>document.querySelector('tbody').innerHTML = '<tr class=measure aria-hidden=true>' + '<td><div>&nbsp;</div></td>'.repeat(4) + '</tr>' + [0, 1, 2, 3].map((i) => '<tr><td><input type=checkbox></td>' + cells(i) + '</tr>').join('') + '<tr hidden><td></td>' + cells(9) + '</tr><tr style=\"display:none\"><td></td>' + cells(8) + '</tr>';</script>"
        ),
        // A row that is expanded, and a table in a cell.
        "/shapes/nested" => page!(
            "<main><h1>People</h1><table></table></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody>' + [0, 1, 2, 3].map((i) => `<tr><td>${name(i)} <button aria-expanded=${i === 1}>Details</button></td><td>${mail(i)}</td><td><table><tr><td>Member</td></tr></table></td></tr>` + (i === 1 ? '<tr><td colspan=3>Invited by boss@x.example<table>' + head + rowsOf(20, 22) + '</table></td></tr>' : '')).join('') + '</tbody>';</script>"
        ),
        // The header is a table of its own above the box that is scrolled, with an empty header above the scroll bar.
        "/shapes/split" => page!(
            "<style>table { table-layout: fixed; border-collapse: collapse; width: 600px } .body { height: 100px; overflow: auto; width: 615px } .head table { width: 615px } td, th { width: 200px; text-align: left; padding: 0 } .bar { width: 15px } td { height: 40px }</style>",
            "<main><h1>People</h1><div><div class=head><table><thead><tr><th>Name</th><th>Email</th><th>Role</th><th class=bar></th></tr></thead></table></div><div class=body><table><tbody></tbody></table></div></div><table><tr><td>a</td><td>b@x.example</td><td>c</td></tr></table></main>",
            "<script>document.querySelector('tbody').innerHTML = '<tr aria-hidden=true style=\"height:0;font-size:0\"><td style=\"height:0\"></td><td style=\"height:0\"></td><td style=\"height:0\"></td></tr>' + rowsOf(0, 4);</script>"
        ),
        // The header once more in the body, without any height; and a copy of it that stays while the page is scrolled.
        "/shapes/sized" => page!(
            "<style>table { table-layout: fixed; border-collapse: collapse; width: 600px } td, th { padding: 0; text-align: left } .sized th { height: 0 } .sized th div { height: 0; overflow: hidden }</style>",
            "<main><h1>People</h1><div><div><table class=top><thead><tr><th>Name</th><th>Email</th><th>Role</th></tr></thead></table></div><div style='height:100px;overflow:auto'><table class=sized style='line-height:0'><thead style='visibility:visible'><tr style='height:0'><th><div>Name</div></th><th><div>Email</div></th><th><div>Role</div></th></tr></thead><tbody style='line-height:20px'></tbody></table></div></div></main>",
            "<script>document.querySelector('tbody').innerHTML = rowsOf(0, 4);</script>"
        ),
        "/shapes/clone" => page!(
            "<style>table { table-layout: fixed; width: 600px } .clone { position: fixed; top: 0; left: 0; background: #fff } h1 { margin: 0; height: 0; overflow: visible; font-size: 1px }</style>",
            "<main><h1>People</h1><table class=list></table><table class=clone></table></main>",
            "<script>document.querySelector('.clone').innerHTML = head; document.querySelector('.list').innerHTML = head + '<tbody>' + rowsOf(0, 4) + '</tbody>';</script>"
        ),
        // Rows without a box of their own, and rows that nobody sees, each in its own way.
        "/shapes/contents" => page!(
            "<style>[role=grid] { display: grid; grid-template-columns: repeat(3, 200px) } [role=row] { display: contents }</style>",
            "<main><h1>People</h1><div role=grid></div></main>",
            "<script>
            const row = (parts, role, style) => `<div role=row style='${style || ''}'>` + parts.map((text) => `<div role=${role}>${text}</div>`).join('') + '</div>';
            const hidden = ['display:block;visibility:hidden', 'display:block;opacity:0', 'display:block;position:absolute;left:-9999px', 'display:block;position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0 0 0 0)'];
            document.querySelector('[role=grid]').innerHTML = row(['Name', 'Email', 'Role'], 'columnheader') + [0, 1, 2, 3].map((i) => row([name(i), mail(i), 'Member'], 'gridcell')).join('') + hidden.map((style, i) => row([name(50 + i), mail(50 + i), 'Member'], 'gridcell', style)).join('');
            </script>"
        ),
        // One header above a picture and a name, and one above a name and an address.
        "/shapes/spanning" => page!(
            "<main><h1>People</h1><table><thead><tr><th colspan=2>Person</th><th colspan=2>Contact</th><th>Role</th></tr></thead><tbody></tbody></table></main>",
            "<script>document.querySelector('tbody').innerHTML = [0, 1, 2, 3].map((i) => `<tr><td><svg width=9 height=9></svg></td><td>${name(i)}</td><td>Corp</td><td class=mail><i>${mail(i)}</i></td><td>Member</td></tr>`).join('');</script>"
        ),
        // A header without rows, and somebody else's table below it.
        "/shapes/stranger" => page!(
            "<style>table { table-layout: fixed; width: 600px } td, th { text-align: left }</style>",
            "<main><h1>People</h1><div><table class=list></table><p>Nobody is here.</p><table class=other></table></div></main>",
            "<script>document.querySelector('.list').innerHTML = head; document.querySelector('.other').innerHTML = rowsOf(0, 4);</script>"
        ),
        "/shapes/flex" => page!(
            "<style>table, thead, tbody { display: block } tr { display: flex } td, th { flex: 1 }</style>",
            "<main><h1>People</h1><table></table></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(0, 4) + '</tbody>';</script>"
        ),
        // Only some of the columns are on the page, and the cells say which.
        "/shapes/treegrid" => page!(
            "<main><h1>People</h1><div role=treegrid aria-colcount=9></div></main>",
            "<script>
            const row = (parts, role) => '<div role=row>' + parts.map(([at, text]) => `<div role=${role} aria-colindex=${at}>${text}</div>`).join('') + '</div>';
            document.querySelector('[role=treegrid]').innerHTML = '<div role=rowgroup>' + row([[1, ''], [3, 'Email'], [4, 'Name'], [7, 'Role']], 'columnheader') + '</div><div role=rowgroup>' + [0, 1, 2, 3].map((i) => row([[3, mail(i)], [4, name(i)], [7, 'Member']], 'gridcell')).join('') + '</div>';
            </script>"
        ),
        "/shapes/presentation" => page!(
            "<main><h1>People</h1><div role=grid><table role=presentation></table></div></main>",
            "<script>document.querySelector('table').innerHTML = head + '<tbody>' + rowsOf(0, 4) + '</tbody>'; for (const row of document.querySelectorAll('tr')) row.role = 'row';</script>"
        ),
        // Name and address in one cell, in every way there is.
        "/shapes/joined" => page!(
            "<style>.stack span, .stack b { display: block } .side { display: flex; gap: 10px } .gap b { margin-left: 12px }</style>",
            "<main><h1>People</h1><table><thead><tr><th>Person</th><th>Role</th></tr></thead><tbody></tbody></table></main>",
            "<script>const cell = (i, kind) => `<tr><td class=${kind}><span>${name(i)}</span><b>${mail(i).replace('p', '<mark>p</mark>')}</b></td><td>Member</td></tr>`;
            document.querySelector('tbody').innerHTML = cell(0, 'stack') + cell(1, 'side') + cell(2, 'gap') + '<tr><td>Person 3 p3<wbr>@x.example</td><td>Member</td></tr>';</script>"
        ),
        "/shapes/glued" => page!(
            "<main><h1>People</h1><table><thead><tr><th>Person</th><th>Role</th></tr></thead><tbody><tr><td><span>Person.0</span><b>p0@x.example</b></td><td>Member</td></tr></tbody></table></main>"
        ),
        _ => "",
    }
}

/// A pack whose book has this list and these controls.
fn view(list: &str, controls: &str) -> View {
    let base = Path::new(ROOT).join("tests/diagnostics/packs/base");
    let read = |name: &str| std::fs::read_to_string(base.join(name)).unwrap();
    let source = |name: &str, text: String| Arc::new(Source::new(name, text));
    let book = read("selectors/shop/members.v1.yaml");
    let book = book.split("lists:").next().unwrap().to_owned() + controls + "lists:\n" + list;
    let files = PackFiles {
        app: "shop".into(),
        about: Some(source("app.yaml", read("scripts/shop/app.yaml").replace("settle: 2s", "settle: 1s"))),
        scripts: ["invite", "remove", "sign-in"]
            .map(|name| source(&format!("{name}.yaml"), read(&format!("scripts/shop/{name}.yaml"))))
            .into(),
        books: vec![
            source("members.v1.yaml", book),
            source("sign-in.v1.yaml", read("selectors/shop/sign-in.v1.yaml")),
        ],
    };
    match Pack::read(&files) {
        Ok((pack, _)) => pack.view("members", false).unwrap(),
        Err(found) => panic!("{found:?}"),
    }
}

/// A list on the page of a path, with further lines.
pub(crate) fn people(path: &str, more: &str) -> View {
    listed(
        path,
        &(LIST.to_owned() + &more.lines().fold(String::new(), |lines, line| lines + "    " + line + "\n")),
    )
}

const LIST: &str = "  people:\n    page: people_page\n    columns: { name: Name, email: Email, role: Role }\n    empty: Nobody is here.\n";

/// Lists on the page of a path.
fn listed(path: &str, lists: &str) -> View {
    let mut view = view(lists, CONTROLS);
    let place = view.book.pages.0.first_mut().unwrap();
    place.1.value = usher::template::Template::parse(path).unwrap();
    view
}

const CONTROLS: &str = "  box: { css: \"#box\" }\n  members_tab: { text: Members }\n  pending_tab: { text: Pending }\n  gone_tab: { text: Gone }\n  list_place: { css: \"#list\" }\n  export_button: { role: button, name: Export }\n";

/// A site and a browser on it.
struct World {
    site: Site,
    driver: Driver,
    live: Live,
    _profiles: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let (driver, live, profiles) = browser().await;
        Self { site: Site::start(page), driver, live, _profiles: profiles }
    }

    async fn roster(&mut self, view: &View) -> Roster {
        Reader::new(view, &self.site.url).roster(&mut self.live, true).await.unwrap()
    }

    /// The same, without a second reading.
    async fn once(&mut self, view: &View) -> Roster {
        Reader::new(view, &self.site.url).roster(&mut self.live, false).await.unwrap()
    }

    /// Brings a person's row onto the page and looks at a control in it.
    async fn shows(&mut self, view: &View, key: &str) -> bool {
        let values = Values { key: key.to_owned(), ..Values::default() };
        match Reader::new(view, &self.site.url).show(&mut self.live, "people", &values).await {
            Ok(()) => {
                let row = Locator::new(view).row("people", &values).unwrap();
                let seen = self.live.look(&row, Want::Visible, std::time::Duration::ZERO).await.unwrap();
                assert!(seen.text.contains(key), "{seen:?}");
                true
            }
            Err(Trouble::Refused(_)) => false,
            Err(broken) => panic!("{broken:?}"),
        }
    }

    async fn end(self) {
        self.live.close().await;
        self.driver.stop().await.unwrap();
    }
}

fn numbers(roster: &Roster) -> Vec<u32> {
    let number = |person: &usher::roster::Person| {
        person.columns["name"].rsplit(' ').next().and_then(|number| number.parse().ok()).unwrap()
    };
    roster.people.iter().map(number).collect()
}

fn all(count: u32) -> Vec<u32> {
    (0..count).collect()
}

#[tokio::test]
async fn a_virtualised_list_is_read_whole_in_a_window_and_in_a_box() {
    let mut world = World::new().await;
    for (path, scroll) in [
        ("/virtual/window", "window"),
        ("/virtual/box", "box"),
        ("/virtual/banner", "window"),
        ("/virtual/numbered", "box"),
    ] {
        let view = people(path, &format!("scroll: {scroll}"));
        let roster = world.roster(&view).await;
        assert_eq!(numbers(&roster), all(300), "{path}");
        assert_eq!(
            words(&roster.completeness),
            "exhausted: scrolled to the end twice, and both times the same people were there"
        );
        // Two rows with one key are two, wherever they stand; each other person is one.
        assert!(matches!(roster.find("p120@x.example"), Found::Several(both) if both.len() == 2));
        assert!(matches!(roster.find("p121@x.example"), Found::One(_)));
        assert!(world.shows(&view, "p187@x.example").await, "{path}");
        assert!(world.shows(&view, "p3@x.example").await, "{path}");
    }
    world.end().await;
}

#[tokio::test]
async fn an_endless_looking_list_is_scrolled_to_its_end() {
    let mut world = World::new().await;
    for path in ["/infinite", "/infinite/silent"] {
        let view = people(path, "scroll: window");
        let roster = world.roster(&view).await;
        assert_eq!(numbers(&roster), all(300), "{path}");
        let proof = "exhausted: scrolled to the end twice, and both times the same people were there";
        assert_eq!(words(&roster.completeness), proof, "{path}");
        assert!(matches!(roster.find("p120@x.example"), Found::Several(both) if both.len() == 2));
    }
    let view = people("/infinite/counted", "scroll: window\ncount: \"${n} people\"");
    let roster = world.roster(&view).await;
    assert_eq!(numbers(&roster), all(300));
    assert_eq!(words(&roster.completeness), "counted: the app says 300, and as many rows were read");
    assert!(world.shows(&view, "p222@x.example").await);
    assert!(!world.shows(&view, "p300@x.example").await);
    world.end().await;
}

#[tokio::test]
async fn a_list_that_does_not_come_to_its_end_is_unproven() {
    let mut world = World::new().await;
    for (path, more, count, why) in [
        (
            "/infinite/broken",
            "scroll: window\ncount: \"${n} people\"",
            100,
            "unproven: the app counts 300, 100 rows were read",
        ),
        ("/infinite/stuck", "scroll: window", 100, "unproven: the page was still loading at its end"),
        (
            "/more/broken",
            "more: { role: button, name: Load more }",
            120,
            "unproven: the control that loads more was used, nothing came, and it is still there",
        ),
    ] {
        let roster = world.once(&people(path, more)).await;
        assert_eq!(numbers(&roster), all(count), "{path}");
        let said = words(&roster.completeness);
        assert!(said.starts_with(why), "{path}: {said}");
    }
    world.end().await;
}

#[tokio::test]
async fn more_is_loaded_until_there_is_no_more() {
    let mut world = World::new().await;
    let view = people("/more", "more: { role: button, name: Load more }");
    let roster = world.roster(&view).await;
    assert_eq!(numbers(&roster), all(260));
    let proof = "exhausted: more was loaded until there was no more, twice, with the same people";
    assert_eq!(words(&roster.completeness), proof);
    assert!(world.shows(&view, "p250@x.example").await || world.shows(&view, "p251@x.example").await);
    let view = people("/more/disabled", "more: { role: button, name: Load more }\ncount: \"${n} people\"");
    let roster = world.roster(&view).await;
    assert_eq!(words(&roster.completeness), "counted: the app says 260, and as many rows were read");
    world.end().await;
}

#[tokio::test]
async fn each_tab_is_a_list_of_its_own() {
    let mut world = World::new().await;
    let tab = |name: &str, tab: &str, state: &str| {
        LIST.replace("people:", &format!("{name}:")) + &format!("    tab: {tab}\n    holds: {state}\n")
    };
    let lists = tab("people", "members_tab", "active") + &tab("pending", "pending_tab", "pending");
    for (path, pending) in [("/tabs", [10, 11]), ("/links", [2, 3])] {
        let roster = world.roster(&listed(path, &lists)).await;
        assert_eq!(numbers(&roster), [&[0, 1, 2, 3], pending.as_slice()].concat(), "{path}");
        let states: Vec<String> = roster.people.iter().map(|person| person.state.to_string()).collect();
        assert_eq!(states, ["active", "active", "active", "active", "pending", "pending"], "{path}");
        assert!(roster.is_proven(), "{path}: {}", words(&roster.completeness));
    }
    // Somebody who is on another tab has no row on this one.
    let pending = listed("/tabs", &tab("people", "pending_tab", "pending"));
    assert!(world.shows(&pending, "p11@x.example").await);
    world.live.open(&format!("{}/tabs", world.site.url)).await.unwrap();
    assert!(!world.shows(&pending, "p1@x.example").await);
    let gone = world.roster(&listed("/tabs", &tab("people", "gone_tab", "inactive"))).await;
    assert_eq!((gone.people.len(), gone.is_proven()), (0, true), "{}", words(&gone.completeness));
    let view = listed("/tabs/dead", &tab("people", "pending_tab", "pending"));
    let refused = Reader::new(&view, &world.site.url).roster(&mut world.live, true).await;
    match refused {
        Err(Trouble::Refused(refused)) => {
            assert!(refused.message.contains("the list stayed as it was"), "{refused:?}");
        }
        other => panic!("{other:?}"),
    }
    world.end().await;
}

#[tokio::test]
async fn every_form_of_a_table_is_read() {
    let mut world = World::new().await;
    let base = "  people:\n    page: people_page\n";
    let headed = "    columns: { name: Name, email: Email, role: Role }\n";
    let cards = "    grid: { rows: li.card, cells: \":scope > div\" }\n    columns: { name: \"#1\", email: \"#2\", role: \"#3\" }\n";
    let whole = "    grid: { rows: ul > li.card }\n    columns: { name: { css: div }, email: { css: .mail }, role: { css: b } }\n";
    let headless = "    in: list_place\n    columns: { name: { css: a }, email: { css: .mail }, role: { css: td.role } }\n";
    let divs = "    grid: { rows: .row, cells: \".row > span\", headers: \".head > span\" }\n";
    for (path, list) in [
        ("/shapes/divs", headed.to_owned() + divs + "    count: \"${n} people\"\n"),
        ("/shapes/cards", cards.replace(":scope > div", ".card > div")),
        ("/shapes/cards", whole.replace("{ css: div }", "{ css: \".card > div:first-child\" }")),
        ("/shapes/headless", headless.to_owned()),
        ("/shapes/groups", headed.to_owned()),
        ("/shapes/nested", headed.to_owned()),
        ("/shapes/split", headed.to_owned()),
        ("/shapes/sized", headed.to_owned()),
        ("/shapes/clone", headed.to_owned()),
        ("/shapes/flex", headed.to_owned()),
        ("/shapes/treegrid", headed.to_owned()),
        ("/shapes/presentation", headed.to_owned()),
        ("/shapes/contents", headed.to_owned()),
        (
            "/shapes/spanning",
            "    columns: { name: Person, email: { header: Contact, css: i }, role: Role }\n".to_owned(),
        ),
    ] {
        let view = listed(path, &(base.to_owned() + &list));
        let roster = match Reader::new(&view, &world.site.url).roster(&mut world.live, true).await {
            Ok(roster) => roster,
            Err(trouble) => panic!("{path}: {trouble:?}"),
        };
        let keys: Vec<&str> = roster.people.iter().map(|person| person.key.as_str()).collect();
        assert_eq!(
            keys,
            ["p0@x.example", "p1@x.example", "p2@x.example", "p3@x.example"],
            "{path}: {roster:?}"
        );
        assert!(roster.people.iter().all(|person| person.columns["role"] == "Member"), "{path}: {roster:?}");
        assert!(roster.people[3].columns["name"].starts_with("Person 3"), "{path}: {roster:?}");
        let proof = if path == "/shapes/divs" {
            "counted: the app says 4, and as many rows were read"
        } else {
            "exhausted: the end of 1 pages was reached"
        };
        assert_eq!(words(&roster.completeness), proof, "{path}: {:?}", roster.notes);
        assert!(world.shows(&view, "p2@x.example").await, "{path}");
        assert!(!world.shows(&view, "hidden@x.example").await, "{path}");
    }
    world.end().await;
}

#[tokio::test]
async fn an_address_beside_a_name_is_read_exactly_or_not_at_all() {
    let mut world = World::new().await;
    let list = "  people:\n    page: people_page\n    columns: { email: Person, role: Role }\n";
    let roster = world.roster(&listed("/shapes/joined", list)).await;
    let keys: Vec<&str> = roster.people.iter().map(|person| person.key.as_str()).collect();
    assert_eq!(keys, ["p0@x.example", "p1@x.example", "p2@x.example", "p3@x.example"], "{roster:?}");
    assert!(roster.is_proven());
    let glued = world.roster(&listed("/shapes/glued", list)).await;
    assert_eq!((glued.people.len(), glued.unread), (0, 1), "{glued:?}");
    assert!(!glued.is_proven());
    // Where the book says which part of the cell is which, two columns share its header.
    let parts = list
        .replace("email: Person", "email: { header: Person, css: b }, name: { header: Person, css: span }");
    let parted = world.roster(&listed("/shapes/glued", &parts)).await;
    assert_eq!(parted.people[0].key, "p0@x.example");
    assert_eq!((parted.people[0].columns["name"].as_str(), parted.is_proven()), ("Person.0", true));
    world.end().await;
}

#[tokio::test]
async fn a_header_takes_no_rows_that_are_not_its_own() {
    let mut world = World::new().await;
    let roster = world.roster(&people("/shapes/stranger", "")).await;
    assert_eq!((roster.people.len(), roster.is_proven()), (0, true), "{roster:?}");
    world.end().await;
}

#[tokio::test]
async fn pages_are_read_by_number_and_a_page_that_does_not_come_is_told() {
    let mut world = World::new().await;
    let view = people("/pages", "next: { role: link, name: \"${n}\" }\ncount: \"${n} people\"");
    let roster = world.roster(&view).await;
    assert_eq!((numbers(&roster), roster.pages), (all(8), 3));
    assert_eq!(words(&roster.completeness), "counted: the app says 8, and as many rows were read");
    let cut = world.once(&people("/cut", "next: { role: link, name: Next }")).await;
    assert_eq!(numbers(&cut), all(3));
    let said = words(&cut.completeness);
    assert!(said.starts_with("unproven: page 2 could not be read: no table with rows"), "{said}");
    world.end().await;
}

#[tokio::test]
async fn a_list_is_held_against_the_file_that_the_app_gives_away() {
    let mut world = World::new().await;
    let export = "export: { click: export_button, columns: { email: E-mail, role: Role } }";
    let roster = world.roster(&people("/export", export)).await;
    assert_eq!(numbers(&roster), all(8));
    assert_eq!(words(&roster.completeness), "counted: the app says 8, and as many rows were read");
    assert_eq!(roster.notes, ["the app's own export has the same 8 people"]);
    let more = world.roster(&people("/export/more", export)).await;
    assert_eq!(numbers(&more), all(8));
    let said = words(&more.completeness);
    assert!(said.starts_with("unproven: the list and the app's own export differ: "), "{said}");
    assert!(said.contains("`p8@x.example, member` is only in the export"), "{said}");
    let other = world.roster(&people("/export", &export.replace("E-mail", "Address"))).await;
    let said = words(&other.completeness);
    assert!(said.contains("cannot be read: it has no column `Address`"), "{said}");
    // Nothing of it stays on this machine.
    let kept: Vec<_> = std::fs::read_dir(world.driver.profile.join("downloads")).unwrap().collect();
    assert!(kept.is_empty(), "{kept:?}");
    world.end().await;
}

#[tokio::test]
async fn pictures_cover_the_rows_of_every_form_of_a_list() {
    let mut world = World::new().await;
    let cards =
        "    grid: { rows: ul > li.card }\n    columns: { email: { css: .mail }, role: { css: b } }\n";
    let base = "  people:\n    page: people_page\n";
    for (path, list, others) in [
        ("/shapes/cards", base.to_owned() + cards, 3),
        ("/shapes/split", LIST.to_owned(), 2),
        (
            "/shapes/headless",
            base.to_owned()
                + "    in: list_place\n    columns: { email: { css: .mail }, role: { css: .role } }\n",
            3,
        ),
    ] {
        let view = listed(path, &list);
        world.live.open(&format!("{}{path}", world.site.url)).await.unwrap();
        let lists = Locator::new(&view).lists().unwrap();
        let cover = Cover {
            lists: lists.iter().collect(),
            subject: vec![("email".to_owned(), "p0@x.example".to_owned())],
            ..Cover::default()
        };
        let masked = world.live.picture(&cover).await.unwrap().masked;
        assert_eq!(masked.people, others, "{path}: {masked:?}");
        // What no list of the book describes is covered as a whole.
        assert_eq!(masked.unknown, u32::from(path != "/shapes/cards"), "{path}: {masked:?}");
        // A record of the page holds no name from a row.
        let outline = world.live.outline().await.unwrap().to_string();
        assert!(!outline.contains("Person"), "{path}: {outline}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_list_whose_rows_change_all_the_time_has_an_end_and_a_wrong_box_proves_nothing() {
    let mut world = World::new().await;
    let roster = world.roster(&people("/infinite/ticking", "scroll: window")).await;
    assert_eq!((numbers(&roster), roster.is_proven()), (all(150), true), "{:?}", roster.completeness);
    for (path, scroll, why) in [
        ("/virtual/box", "window", "the list lies in a box of its own that can be scrolled, too"),
        ("/virtual/window", "box", "there is room for rows below the last one that was shown"),
    ] {
        let roster = world.once(&people(path, &format!("scroll: {scroll}"))).await;
        let said = words(&roster.completeness);
        assert!(said.starts_with("unproven: ") && said.contains(why), "{path}: {said}");
    }
    for path in ["/virtual/window", "/virtual/box", "/virtual/padded"] {
        let roster = world.once(&people(path, "")).await;
        let said = words(&roster.completeness);
        assert!(said.contains("only a part of the list is on the page"), "{path}: {said}");
    }
    world.end().await;
}

#[test]
fn a_list_that_never_ends_does_not_keep_usher_for_ever() {
    let more = "{ role: button, name: More }";
    for (way, why) in [
        ("scroll: window".to_owned(), "the list did not end in 10000 steps"),
        (format!("more: {more}"), "the list did not end in 10000 steps"),
        (format!("next: {more}"), "the list has more than 10000 pages"),
    ] {
        let view = people("/people", &way);
        let console = Rc::new(RefCell::new(FakeConsole { endless: true, ..FakeConsole::default() }));
        let mut browser = Fake::new(console);
        let roster = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(Reader::new(&view, "https://x.test").roster(&mut browser, false))
            .unwrap();
        assert_eq!((roster.people.len(), roster.ended), (10_000, false), "{way}");
        assert!(words(&roster.completeness).contains(why), "{way}: {}", words(&roster.completeness));
    }
}
