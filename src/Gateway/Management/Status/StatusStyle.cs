using System.Security.Cryptography;
using System.Text;

namespace Gateway.Management.Status;

/// <summary>
/// The look of the page. It needs nothing from elsewhere, and its hash is the only style that the page's policy lets through.
/// </summary>
internal static class StatusStyle
{
    private const string Sheet =
        """
        :root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--text:#1b1f24;--soft:#57606a;--line:#d8dee4;--link:#0b57d0;
        --good:#116329;--good-ground:#e6f4ea;--warn:#7a4b00;--warn-ground:#fff4d6;--bad:#a40e26;--bad-ground:#ffebe9}
        @media (prefers-color-scheme:dark){:root{--ground:#0f1216;--card:#181c22;--text:#e6e9ee;--soft:#9aa4b2;
        --line:#2f363f;--link:#8ab4f8;
        --good:#7ee09a;--good-ground:#12301c;--warn:#f2c76b;--warn-ground:#382a0c;--bad:#ff9c93;--bad-ground:#40161a}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--ground);color:var(--text);
        font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
        main{max-width:76rem;margin:0 auto;padding:1.5rem 1.25rem 3rem}
        main.narrow{max-width:30rem;padding-top:12vh}
        header{display:flex;flex-wrap:wrap;align-items:baseline;gap:.25rem 1.25rem;margin-bottom:1rem}
        h1{font-size:1.5rem;line-height:1.2;margin:0}
        h2{font-size:1.05rem;margin:2rem 0 .6rem}
        header p{margin:0;color:var(--soft)}
        a{color:var(--link)}
        code,.code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;
        font-size:.87em;overflow-wrap:anywhere}
        .notice{margin:.5rem 0;padding:.6rem .9rem;border-left:4px solid;border-radius:4px}
        .notice ul{margin:.3rem 0 0;padding-left:1.2rem}
        .good{color:var(--good);background:var(--good-ground)}
        .warn{color:var(--warn);background:var(--warn-ground)}
        .bad{color:var(--bad);background:var(--bad-ground)}
        .badge{display:inline-block;padding:0 .5rem;border-radius:1rem;font-size:.85em;font-weight:600;white-space:nowrap}
        .soft{color:var(--soft)}
        .card{background:var(--card);border:1px solid var(--line);border-radius:8px;overflow-x:auto}
        .card+h3{font-size:.95rem;margin:1.2rem 0 .5rem}
        .form{padding:.8rem;max-width:40rem}
        .line{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem;margin-left:auto}
        .line label,.line input{display:inline-block;width:auto}
        table{width:100%;border-collapse:collapse}
        th,td{text-align:left;vertical-align:top;padding:.6rem .8rem;border-top:1px solid var(--line)}
        thead th{border-top:0;font-size:.8rem;font-weight:600;color:var(--soft);white-space:nowrap}
        tbody th{font-weight:600;white-space:nowrap}
        tbody th,td{overflow-wrap:break-word}
        td ul{margin:0;padding:0;list-style:none}
        td[data-label=Matches]{min-width:11.5rem}
        dd ul{margin:0;padding-left:1.1rem}
        dd li+li{margin-top:.35rem}
        dl{display:grid;grid-template-columns:minmax(9rem,max-content) 1fr;margin:0}
        dt,dd{margin:0;padding:.5rem .8rem;border-top:1px solid var(--line);overflow-wrap:anywhere}
        dt{color:var(--soft)}
        dt:first-of-type,dt:first-of-type+dd{border-top:0}
        h1+form{margin-top:1.25rem}
        label,button{font-weight:600}
        label,input,select{display:block;width:100%}
        input,select{font:inherit;margin:.4rem 0;padding:.55rem .7rem;color:inherit;background:var(--card);
        border:1px solid var(--soft);border-radius:6px}
        button{font:inherit;font-weight:600;padding:.5rem 1.1rem;color:var(--ground);background:var(--link);
        border:0;border-radius:6px;cursor:pointer}
        :focus-visible{outline:3px solid var(--link);outline-offset:2px}
        @media (max-width:46rem){
        thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        table,tbody,tr,tbody th,td{display:block;width:100%}
        tr{padding:.5rem 0;border-top:1px solid var(--line)}
        tbody tr:first-child{border-top:0}
        tbody th,td{border:0;padding:.25rem .9rem}
        tbody th{font-size:1.05em}
        td[data-label=Matches]{min-width:0}
        tbody th,td{overflow-wrap:anywhere;white-space:normal}
        td:has(>ul:empty){display:none}
        td::before{content:attr(data-label);display:block;font-size:.8rem;font-weight:600;color:var(--soft)}
        dl{display:block}
        dd{border-top:0;padding-top:0}
        dt{padding-bottom:0;font-size:.85rem}
        }
        """;

    /// <summary>As a Content-Security-Policy names it.</summary>
    public static readonly string Hash = $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Sheet)))}";

    /// <summary>Begins a page up to its body. The caller closes both.</summary>
    /// <param name="refresh">After how many seconds the browser loads the page again; null for never.</param>
    public static void Begin(Html html, int? refresh)
    {
        html.Add(
            $"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" " +
                $"content=\"width=device-width,initial-scale=1\">");
        // An empty icon keeps the browser from requesting /favicon.ico.
        html.Add($"<title>Gateway</title><link rel=\"icon\" href=\"data:,\">");
        if (refresh is { } seconds)
        {
            html.Add($"<meta http-equiv=\"refresh\" content=\"{seconds}\">");
        }

        html.AddSheet(Sheet);
        html.Add($"</head><body>");
    }
}
