extension StatusPage {
    /// Colours reach a contrast of 4.5 to 1 against what they stand on (WCAG 2, AA), light and dark.
    static let style: HTML = """

        :root { color-scheme: light dark; --page: #f4f5f7; --card: #ffffff; --text: #1b1f24; --quiet: #57606a; --line: #d5dae0;
          --green: #17692f; --yellow: #7a5400; --red: #b3202a; --grey: #4d5560; --none: #57606a; --link: #0b57c2;
          --soft-green: #e3f5e7; --soft-yellow: #fff1cc; --soft-red: #fde7e8; --soft-grey: #e3e6ea; --soft-none: #eef0f3; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #111418; --card: #1a1f25; --text: #e7ebef; --quiet: #a2adb8; --line: #353d46;
            --green: #6fdc8c; --yellow: #f2c94c; --red: #ff9b9b; --grey: #bcc5ce; --none: #a2adb8; --link: #8ab8ff;
            --soft-green: #16331f; --soft-yellow: #3b2f0b; --soft-red: #43191c; --soft-grey: #2b323a; --soft-none: #252b32; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 76rem; padding: 1rem; background: var(--page); color: var(--text);
          font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
        h1 { margin: 0; font-size: 1.6rem; }
        h2 { margin: 0 0 .5rem; font-size: 1.15rem; }
        p { margin: .4rem 0; }
        a { color: var(--link); }
        .quiet, dt { color: var(--quiet); font-size: .9rem; }
        .good { color: var(--green); }
        .bad { color: var(--red); }
        .summary { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; margin: .75rem 0; padding: 0; list-style: none; }
        .badge { display: inline-block; padding: .05rem .6rem; border: 1px solid currentColor; border-radius: 1rem;
          font-size: .9rem; font-weight: 600; white-space: nowrap; }
        .badge.green { color: var(--green); background: var(--soft-green); }
        .badge.yellow { color: var(--yellow); background: var(--soft-yellow); }
        .badge.red { color: var(--red); background: var(--soft-red); }
        .badge.grey { color: var(--grey); background: var(--soft-grey); }
        .badge.none { color: var(--none); background: var(--soft-none); }
        .card { margin: 0 0 1rem; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
        .mailboxes { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 34rem), 1fr)); gap: 1rem;
          align-items: start; margin-bottom: 1rem; }
        .mailbox { margin: 0; border-left-width: .4rem; border-left-style: solid; min-width: 0; }
        .mailbox.green { border-left-color: var(--green); }
        .mailbox.yellow { border-left-color: var(--yellow); }
        .mailbox.red { border-left-color: var(--red); }
        .mailbox.grey { border-left-color: var(--grey); }
        .mailbox.none { border-left-style: dashed; }
        .why { font-weight: 600; }
        .top { margin-bottom: 1rem; }
        .notice { padding: .5rem .75rem; color: var(--text); background: var(--soft-yellow); border-left: .25rem solid var(--yellow); }
        .server { color: var(--quiet); }
        .server q { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .9rem; color: var(--text); }
        .steps { margin: .4rem 0; padding-left: 1.5rem; }
        dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 11rem), 1fr)); gap: .6rem 1rem; margin: .75rem 0 0; }
        dl > div { min-width: 0; }
        dd { margin: 0; }
        progress { display: block; width: 100%; accent-color: var(--green); }
        details { margin-top: .5rem; }
        summary { cursor: pointer; padding: .25rem 0; font-weight: 600; }
        .sends, .log, .plain { margin: 0; padding: 0; list-style: none; }
        .sends > li, .log > li { padding: .5rem 0; border-top: 1px solid var(--line); }
        .log > li:first-child { border-top: 0; }
        .log details summary { font-weight: 400; }
        .when { margin-bottom: 0; }
        @media (max-width: 30rem) { body { padding: .5rem; } .card { padding: .75rem; } dl { grid-template-columns: 1fr 1fr; } }
        @media print { body { background: none; } .card { break-inside: avoid; } }

        """
}
