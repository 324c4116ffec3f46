/// How the page looks: calm, for reading; light and dark, screen and A4.
enum StyleSheet {
    /// The style sheet; the colours come from ``Palette``.
    static let text: String = {
        var css = ":root{color-scheme:light dark;" + Palette.light.css + "}"
        css += "@media screen and (prefers-color-scheme:dark){:root{" + Palette.dark.css + "}}"
        for (_, name) in Palette.names { css += ".f-\(name){fill:var(--\(name))}.l-\(name){stroke:var(--\(name))}" }
        return css + rules
    }()

    private static let rules = """
        .h{fill:transparent}.n{fill:none}.b{font-weight:600}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0 auto;padding:40px 24px 64px;max-width:1080px;background:var(--page);color:var(--ink);\
        font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
        header{margin-bottom:20px}
        .kind{margin:0;color:var(--acc);font-size:13px;font-weight:600;letter-spacing:.08em;text-transform:uppercase}
        h1{margin:2px 0 6px;font-size:38px;line-height:1.15;font-weight:650;letter-spacing:-.015em;overflow-wrap:anywhere}
        .lead{margin:0;color:var(--mut)}
        .lead span+span::before{content:" · "}
        nav{display:flex;flex-wrap:wrap;gap:4px 18px;padding:12px 0;margin-bottom:8px;border-top:1px solid var(--grd);\
        border-bottom:1px solid var(--grd);font-size:14px}
        a{color:var(--acc);text-decoration:none}
        a:hover,a:focus{text-decoration:underline}
        h2{margin:44px 0 14px;font-size:23px;line-height:1.25;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere}
        h3{margin:0 0 12px;font-size:15px;font-weight:600;color:var(--ink)}
        p{margin:10px 0}
        .card{margin:0 0 16px;padding:20px;background:var(--srf);border:1px solid var(--grd);border-radius:12px}
        .pair{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:16px;margin-bottom:16px}
        .pair .card{margin:0}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:16px;margin-bottom:16px}
        .tile{padding:18px 20px;background:var(--srf);border:1px solid var(--grd);border-radius:12px}
        .tile p{margin:0}
        .name{color:var(--mut);font-size:14px}
        .value{font-size:36px;line-height:1.25;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
        .detail{color:var(--mut);font-size:13px;overflow-wrap:anywhere}
        .up{color:var(--acc)}.down{color:var(--los)}
        .note{margin:0 0 12px;padding:10px 16px;border-left:3px solid var(--los);background:var(--srf);font-size:14px}
        .chart{overflow-x:auto}
        .chart svg{display:block;width:100%;height:auto}
        .chart.wide svg{min-width:680px}
        .chart:not(.wide) svg{max-width:560px}
        svg text{font-family:inherit;font-size:12px;font-variant-numeric:tabular-nums}
        figcaption{margin-top:8px;color:var(--mut);font-size:13px;white-space:pre-wrap}
        details{margin-top:10px}
        summary{width:fit-content;color:var(--mut);font-size:13px;cursor:pointer}
        .scroll{overflow-x:auto}
        table{width:100%;border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
        caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        th,td{padding:7px 10px;border-bottom:1px solid var(--grd);text-align:left;vertical-align:top;overflow-wrap:anywhere;\
        min-width:3.5em}
        thead th{color:var(--mut);font-size:12px;font-weight:600;overflow-wrap:normal}
        tbody th{font-weight:500;min-width:14em}
        .r{text-align:right}
        td.r{white-space:nowrap}
        dl{margin-top:0}
        dt{font-weight:600}
        dd{margin:2px 0 14px;color:var(--mut)}
        dd:last-child{margin-bottom:0}
        .page{margin-top:56px;padding-top:4px;border-top:2px solid var(--grd)}
        footer{margin-top:48px;padding-top:14px;border-top:1px solid var(--grd);color:var(--mut);font-size:13px}
        footer p{margin:2px 0}
        @media(max-width:600px){body{padding:24px 14px 48px}h1{font-size:29px}.card{padding:14px}.value{font-size:30px}}
        @media print{@page{size:A4;margin:14mm}
        body{max-width:none;padding:0;background:none;font-size:10.5pt}
        nav,summary{display:none}
        h1{font-size:26pt}h2{font-size:15pt;margin:20pt 0 8pt;break-after:avoid}
        .card,.tile,.note,tr{break-inside:avoid}
        .card,.tile{border-radius:6px}
        .card{padding:10px 12px}
        table{font-size:8pt}
        th,td{padding:3px 6px}
        figure:has(details[open]),.card.scroll{break-inside:auto}
        .tiles{grid-template-columns:repeat(4,1fr);gap:8px}
        .tile{padding:10px 12px}.value{font-size:20pt}
        .pair{grid-template-columns:1fr 1fr;gap:10px}
        .chart,.scroll{overflow:visible}.chart.wide svg{min-width:0}
        .page{break-before:page;margin-top:0;border:0}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
        """
}
