import Site

/// The locations through which a link with a policy is answered:
///
///     @rare → @gate → a page, a redirect, or
///                     @rated (limit_req) → @open (password) → @scan (marker, button) → @take (token) → @go
///
/// `return` is executed before `limit_req` and `auth_request` (nginx's rewrite phase comes first), so each of them has a
/// location of its own that goes on by `try_files`. nginx follows at most ten internal redirects; the longest way is
/// seven. Pages are addressed by path, not by a named location, because only then a POST becomes a GET.
extension NginxHost {
    private typealias Gate = NginxRecord.Gate

    private func has(_ gates: NginxRecord.Gate...) -> Bool { !tables.gatesInUse.isDisjoint(with: gates) }

    /// Whether some limit is kept by tokens.
    var takesTokens: Bool { has(.exact, .once) }
    /// Whether something under the state folder is looked at.
    var looksIntoState: Bool { has(.exact, .once, .soft) || has(.confirm) }

    /// Codes of our own: nginx takes them for errors, and `error_page` leads on.
    private enum Step {
        static let denied = 460
        static let gates = 461
        static let ask = 462
        static let wrong = 463
        static let scan = 464
        static let used = 465
        static let confirm = 466
        static let take = 467
        static let preview = 468
    }

    /// What goes into `@rare` for links with a whole path, before everything else there.
    func enterExactGates(_ text: inout Text) {
        if tables.isGated { text.line("error_page 418 = @gate;", 1) }
        guard hasGatedExact else { return }
        text.line("if (\(tables.gate)) { return 418; }", 1)
    }

    /// What goes into `@rare` before the wildcards without policies.
    func enterWildcardGates(_ text: inout Text) {
        guard hasGatedWildcards else { return }
        text.line("if (\(tables.record)) { return 418; }", 1)
    }

    /// All locations of policies.
    func gates(_ text: inout Text) {
        guard tables.isGated else { return }
        pages(&text)
        decide(&text)
        if !tables.ratesInUse.isEmpty { rated(&text) }
        if has(.password) { open(&text) }
        if has(.confirm, .soft, .exact, .once) { scan(&text) }
        if has(.exact, .once) { take(&text) }
        text.line()
        text.line("location @go {")
        redirect(&text)
        text.line("}")
    }

    private func pages(_ text: inout Text) {
        text.line()
        text.line("# pages of policies; nobody can ask for them")
        text.line("location ^~ /\(PolicyPages.folder) {")
        text.line("internal;", 1)
        text.line("types {}", 1)
        text.line("default_type \"text/html; charset=utf-8\";", 1)
        if case .redirect(let target) = domain.missing {
            text.line("error_page 404 = @elsewhere;", 1)
            text.line("}")
            text.line("location @elsewhere {")
            text.line("error_page 405 @refused;", 1)
            text.line("if ($wayseal_other_method) { return 405; }", 1)
            text.line("return 302 \(NginxText.quotedValue(target));", 1)
        } else {
            text.line("error_page 404 @missing;", 1)
        }
        text.line("}")
    }

    private func page(_ code: Int, _ denial: Denial) -> String {
        "error_page \(code) =\(denial.status) /\(denial.page);"
    }

    /// Reads the record, and answers what needs no more than that.
    private func decide(_ text: inout Text) {
        text.line()
        text.line("location @gate {")
        text.line("recursive_error_pages on;", 1)
        text.line("error_page 405 @refused;", 1)
        text.line("error_page \(Step.denied) = @denied;", 1)
        text.line("error_page \(Step.gates) = \(firstGate);", 1)
        text.line("# asked for here, as long as $uri is the path that was asked for", 1)
        text.line("if (\(tables.link) = \"\") { return 404; }", 1)
        text.line("if ($wayseal_parsed = \"\") { return 404; }", 1)
        text.line("if ($wayseal_gate_refuses) { return 405; }", 1)
        text.line("if ($wayseal_denied) { return \(Step.denied); }", 1)
        if hasGates { text.line("if ($wayseal_gates !~ \"^[-m]$\") { return \(Step.gates); }", 1) }
        redirect(&text)
        text.line("}")
        text.line()
        text.line("location @denied {")
        text.line("recursive_error_pages on;", 1)
        for (i, denial) in Self.decided.enumerated() { text.line(page(470 + i, denial), 1) }
        text.line("error_page \(Step.preview) =200 /\(PolicyPages.folder)preview/$wayseal_id.html;", 1)
        if tables.hasGone { text.line("if ($wayseal_outcome ~ ^gone-) { return 302 \(tables.gone); }", 1) }
        for (i, denial) in Self.decided.enumerated() {
            text.line("if ($wayseal_outcome = \(denial.rawValue)) { return \(470 + i); }", 1)
        }
        text.line("if ($wayseal_outcome = preview) { return \(Step.preview); }", 1)
        text.line("return 404;", 1)
        text.line("}")
    }

    /// Denials that a list of decisions names.
    private static let decided: [Denial] = [.early, .over, .closed, .away, .robot]

    private var hasGates: Bool { !tables.gatesInUse.isSubset(of: [.anyMethod]) }

    private var firstGate: String { !tables.ratesInUse.isEmpty ? "@rated" : afterRate }
    private var afterRate: String { has(.password) ? "@open" : afterPassword }
    private var afterPassword: String { has(.confirm, .soft, .exact, .once) ? "@scan" : "@go" }

    /// A file that is not there: `try_files` then goes on to the next location, after the phases before it.
    private static let nowhere = "/\(PolicyPages.folder)-"

    private func rated(_ text: inout Text) {
        text.line()
        text.line("location @rated {")
        for (number, rate) in tables.ratesInUse {
            text.line(
                "limit_req zone=wayseal\(number)\(rate.requests > 1 ? " burst=\(rate.requests - 1) nodelay" : "");", 1)
        }
        text.line("limit_req_status 429;", 1)
        text.line("limit_req_log_level info;", 1)
        text.line("recursive_error_pages on;", 1)
        text.line(page(429, .busy), 1)
        text.line("try_files \(Self.nowhere) \(afterRate);", 1)
        text.line("}")
    }

    /// Asks for the password, or holds what it became against the private table.
    private func open(_ text: inout Text) {
        text.line()
        text.line("location @open {")
        text.line("recursive_error_pages on;", 1)
        text.line("error_page \(Step.ask) =200 /\(PolicyPages.folder)password/$wayseal_id.html;", 1)
        text.line(page(Step.wrong, .password), 1)
        text.line("error_page \(Step.scan) = \(afterPassword);", 1)
        text.line("set $wayseal_password \"\";", 1)
        text.line("if ($wayseal_gates ~ p) { set $wayseal_password p; }", 1)
        text.line("if (\(tables.plainGate)) { set $wayseal_password \"${wayseal_password}a\"; }", 1)
        text.line("if (\(tables.right)) { set $wayseal_password \"${wayseal_password}r\"; }", 1)
        text.line("if ($wayseal_password ~ ^pa) { return \(Step.ask); }", 1)
        text.line("if ($wayseal_password = p) { return \(Step.wrong); }", 1)
        text.line("return \(Step.scan);", 1)
        text.line("}")
    }

    /// Everything about a scan limit that uses nothing up.
    private func scan(_ text: inout Text) {
        let marker = "$document_root/" + LinkIdentity.denyMarker(host: host, id: "$wayseal_id")
        let folder = "$document_root/" + LinkIdentity.tokenFolder(host: host, id: "$wayseal_id")
        text.line()
        text.line("location @scan {")
        text.line("root $wayseal_state;", 1)
        text.line("recursive_error_pages on;", 1)
        text.line("error_page \(Step.used) = @used;", 1)
        text.line("error_page \(Step.confirm) =200 /\(PolicyPages.confirm);", 1)
        text.line("error_page \(Step.take) = \(has(.exact, .once) ? "@take" : "@go");", 1)
        text.line("error_page \(Step.scan) = @go;", 1)
        text.line("set $wayseal_scan $wayseal_gates;", 1)
        if has(.soft) {
            text.line("if (-f \(marker)) { set $wayseal_scan \"$wayseal_scan!\"; }", 1)
            text.line("if ($wayseal_scan ~ \"s.*!$\") { return \(Step.used); }", 1)
        }
        if has(.once) {
            text.line("if (-f \(folder)/0001) { set $wayseal_scan \"$wayseal_scan+\"; }", 1)
            text.line("if ($wayseal_scan ~ \"o[^+]*$\") { return \(Step.used); }", 1)
        }
        if has(.confirm) {
            text.line("if ($request_method != POST) { set $wayseal_scan \"$wayseal_scan?\"; }", 1)
            text.line("if ($wayseal_scan ~ \"c.*\\?$\") { return \(Step.confirm); }", 1)
        }
        if has(.hybrid) {
            text.line("if (-f \(folder).open) { set $wayseal_scan \"$wayseal_scan=\"; }", 1)
            text.line("if ($wayseal_scan ~ \"h.*=$\") { return \(Step.scan); }", 1)
        }
        if has(.exact, .once) { text.line("if ($wayseal_gates ~ \"[lo]\") { return \(Step.take); }", 1) }
        text.line("return \(Step.scan);", 1)
        text.line("}")
        text.line()
        text.line("location @used {")
        text.line("recursive_error_pages on;", 1)
        text.line(page(Step.used, .used), 1)
        if tables.hasGone {
            text.line("if (\(tables.gone)) {", 1)
            text.line("rewrite ^ /\(Denial.used.page);", 2)
            text.line("return 302 \(tables.gone);", 2)
            text.line("}", 1)
        }
        text.line("return \(Step.used);", 1)
        text.line("}")
    }

    /// Takes a token: a file that an internal DELETE removes, so that of all who ask at once only one gets it.
    private func take(_ text: inout Text) {
        let spool = "/\(PolicyPages.folder)tokens/"
        text.line()
        text.line("location @take {")
        text.line("auth_request \(spool)take;", 1)
        text.line("recursive_error_pages on;", 1)
        text.line("error_page 403 = @used;", 1)
        text.line("error_page 500 =503 /\(Denial.busy.page);", 1)
        text.line("try_files \(Self.nowhere) @go;", 1)
        text.line("}")
        text.line()
        text.line("location ^~ \(spool) {")
        text.line("internal;", 1)
        text.line("log_not_found off;", 1)
        text.line("location = \(spool)take {", 1)
        text.line("internal;", 2)
        text.line("rewrite ^ \(spool)$wayseal_id/ last;", 2)
        text.line("}", 1)
        text.line("# any file of the folder", 1)
        text.line("location ~ \"/(?<wayseal_spool>[0-9a-f]{16}/)$\" {", 1)
        text.line("internal;", 2)
        text.line("alias $wayseal_state/tokens/\(host)/$wayseal_spool;", 2)
        text.line("random_index on;", 2)
        text.line("error_page 403 404 =403 @none;", 2)
        text.line("}", 1)
        text.line("# that file, if nobody else was faster", 1)
        text.line("location ~ \"/(?<wayseal_token_path>[0-9a-f]{16}/[0-9]+)$\" {", 1)
        text.line("internal;", 2)
        text.line("proxy_method DELETE;", 2)
        text.line("proxy_http_version 1.1;", 2)
        text.line("proxy_set_header Host wayseal-tokens.invalid;", 2)
        text.line("proxy_set_header Connection \"\";", 2)
        text.line("proxy_set_header Content-Length \"\";", 2)
        text.line("proxy_pass_request_headers off;", 2)
        text.line("proxy_pass_request_body off;", 2)
        text.line("proxy_intercept_errors on;", 2)
        text.line("recursive_error_pages on;", 2)
        text.line("error_page 404 409 = @again;", 2)
        text.line("proxy_pass http://wayseal_tokens/tokens/\(host)/$wayseal_token_path;", 2)
        text.line("}", 1)
        text.line("}")
        text.line("location @again {")
        text.line("rewrite \"^(\(spool)[0-9a-f]{16}/)[0-9]+$\" $1 last;", 1)
        text.line("}")
        text.line("location @none {")
        text.line("return 403;", 1)
        text.line("}")
    }

    /// The answer of a link whose policy lets the visitor through.
    private func redirect(_ text: inout Text) {
        if has(.confirm) {
            // The method that pressed the button is not sent on.
            text.line("if ($wayseal_gate_post) { return 303 \(tables.destination); }", 1)
        }
        let statuses = Set(gatedStatuses).sorted { $0.rawValue < $1.rawValue }
        for status in statuses where status != .found {
            text.line("if (\(tables.chosen) ~ \"^\(status.rawValue) (.+)$\") {", 1)
            if status.isPermanent { text.lines(headers(cache: CachePolicy.permanent), 2) }
            text.line("return \(status.rawValue) $1;", 2)
            text.line("}", 1)
        }
        text.line("return 302 \(tables.chosen);", 1)
    }
}
