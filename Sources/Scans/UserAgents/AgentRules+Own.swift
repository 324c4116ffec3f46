/// Our own rules: words that occur only in the User-Agents of one class. Small letters; order of classes matters.
extension AgentRules {
    static var ownRules: [Rule] {
        var rules: [Rule] = []
        func add(_ agentClass: AgentClass, _ words: [String]) {
            for word in words { rules.append(Rule(agentClass: agentClass, atoms: [Array(word.utf8)], pattern: nil)) }
        }
        add(
            .preview,
            [
                "whatsapp", "facebookexternalhit", "facebot", "facebookcatalog", "meta-externalfetcher", "twitterbot",
                "slackbot", "slack-imgproxy", "telegrambot", "discordbot", "linkedinbot", "skypeuripreview",
                "skype-url-preview", "microsoftpreview", "teamsbot", "viber/", "viberbot", "signal-desktop",
                "signal-android",
                "signal-ios", "pinterest/", "pinterestbot", "redditbot", "snapchat", "snap url preview",
                "kakaotalk-scrap",
                "line-poker", "vkshare", "odklbot", "okhttp/vk", "bitlybot", "embedly", "iframely", "mastodon/",
                "pleroma",
                "misskey",
                "tumblr/", "flipboardproxy", "bingpreview", "google-pagerenderer", "googlemessages", "link preview",
                "linkpreview", "preview bot", "bluesky cardyb", "mattermost", "rocket.chat", "zulipurlpreview",
                "synapse",
                "nextcloud server", "wechat-link", "instagrambot", "xing-contenttabreceiver", "zoombot",
                "applebot-preview", "outlook-link-preview", "spotify/1", "yahoo link preview",
                "developers.google.com/+/web/snippet",
            ])
        add(
            .monitor,
            [
                "uptimerobot", "pingdom", "statuscake", "site24x7", "newrelicpinger", "newrelic", "datadogsynthetics",
                "datadog/", "better uptime", "betteruptime", "betterstack", "checkly", "uptime-kuma", "uptime/",
                "zabbix",
                "nagios", "check_http", "freshping", "hetrixtools", "nodeping", "updown.io", "catchpoint", "dynatrace",
                "stackdrivermonitoring", "montastic", "panopta", "prometheus", "blackbox-exporter", "blackbox exporter",
                "kube-probe", "elb-healthchecker", "googlehc", "cloudflare-healthchecks", "cloudflare-traffic-manager",
                "consul health check", "haproxy", "monitis", "alertsite", "webmon", "uptimebot", "statusok", "gatus",
                "sentry/", "oh dear", "ohdear", "cronitor", "wormly", "appbeat", "monitoring", "healthcheck",
                "health check",
                "jetpack-sitemonitor", "host-tracker", "hosttracker", "monibot", "speedcurve", "webpagetest", "ptst/",
                "gtmetrix", "pagespeed", "icinga", "munin", "amazon-route53-health-check", "azuremonitor",
                "siteimprove",
            ])
        add(
            .scanner,
            [
                "nmap", "masscan", "zgrab", "nikto", "sqlmap", "nuclei", "censys", "expanse", "internetmeasurement",
                "internet-measurement", "shodan", "netsystemsresearch", "wpscan", "acunetix", "nessus", "qualys",
                "openvas",
                "dirbuster", "gobuster", "feroxbuster", "dirsearch", "fuzz faster", "proofpoint", "barracuda",
                "mimecast",
                "safelinks", "l9explore", "l9tcpid", "leakix", "palo alto", "xpanse", "zmeu", "jorgee", "morfeus",
                "w3af",
                "whatweb", "urlscan", "virustotal", "securitytrails", "netcraft", "detectify", "burp", "arachni",
                "skipfish",
                "webinspect", "hydra", "metasploit", "odin.io", "onyphe", "binaryedge", "rapid7", "bitsight",
                "project-resonance",
                "hello, world", "hello world", "wfuzz", "websploit", "paros", "intruder", "gsa-crawler", "researchscan",
                "zoominfobot-scan", "securityscan", "scanner", "pentest", "checkpoint", "trendmicro", "fireeye",
                "symantec",
                "mailscanner", "urldefense", "phishtank", "sitelock", "sucuri",
            ])
        add(
            .headless,
            [
                "headlesschrome", "headless", "phantomjs", "puppeteer", "playwright", "selenium", "cypress", "splash",
                "slimerjs", "htmlunit", "nightmare", "chrome-lighthouse", "electron/", "webdriver", "jsdom",
                "prerender",
                "rendertron", "wkhtmltopdf", "wkhtmltoimage", "cutycapt", "urlbox", "screenshot",
            ])
        add(
            .library,
            [
                "curl/", "libcurl", "pycurl", "wget", "python-requests", "python-urllib", "python/", "python-httpx",
                "aiohttp",
                "httpx", "urllib", "go-http-client", "go http package", "okhttp", "java/", "apache-httpclient",
                "httpclient",
                "http-client", "http client", "libwww", "lwp::", "lwp-", "www-mechanize", "php/", "guzzle", "axios",
                "node-fetch", "node.js", "undici", "got/", "(sindresorhus/got", "ruby", "faraday", "rest-client",
                "postman",
                "insomnia", "httpie", "dart/", "cfnetwork", "winhttp", "powershell", "reqwest", "hyper/", "scrapy",
                "mechanize",
                "perl", "lua-resty", "aria2", "k6/", "apachebench", "siege/", "wrk/", "jmeter", "vegeta", "fasthttp",
                "restsharp", "http_request", "httrack", "webcopier", "teleport", "offline explorer", "libfetch",
                "winhttprequest",
                "dalvik/", "expo/", "alamofire", "nsurlsession", "jakarta", "jersey", "unirest", "zend_http",
                "typhoeus",
                "httplib", "http::lite", "indy library", "snoopy", "simplepie", "magpierss", "feedparser",
                "rome client",
                "wordpress/", "drupal", "joomla", "akka-http", "cpp-httplib", "ktor-client", "deno/", "bun/", "fetch/",
                "grequests", "treq", "webclient", "microsoft office", "ms-office", "msoffice", "google-apps-script",
                "excel/",
                "libreoffice", "microsoft url control", "windows-rss-platform", "isilox", "jaxws", "axis/", "soap",
                "xmlrpc",
            ])
        add(
            .crawler,
            [
                "googlebot", "bingbot", "crawl", "spider", "slurp", "mediapartners", "feedfetcher", "feedburner",
                "archiver",
                "archive.org", "ia_archiver", "yandex.com/bots", "baiduspider", "scrape", "scraper", "harvest",
                "collector",
                "indexer", "fetcher", "robot", "parser", "validator", "checker", "analyzer", "analyser", "+http",
                "http://",
                "https://", "www.", "google-", "googleother", "adsbot", "google favicon", "google web preview",
                "duckduckgo-favicons",
                "gptbot", "chatgpt-user", "oai-searchbot", "claude", "anthropic", "perplexity", "bytespider", "ccbot",
                "cohere-ai",
                "diffbot", "dataprovider", "domaintools", "domain re-animator", "semrush", "ahrefs", "mj12", "dotbot",
                "blexbot",
                "petalbot", "seznam", "sogou", "exabot", "yeti", "daum", "mail.ru", "coccoc", "qwant", "neeva",
                "mojeek",
                "linkdex", "linkwalker", "link-check", "linkcheck", "w3c_", "w3c-", "jigsaw", "feed", "rss", "podcast",
                "newsblur",
                "inoreader", "netvibes", "bloglines", "blogsearch", "superfeedr", "ezooms", "heritrix", "nutch",
                "wotbox", "gigablast",
                "findlinks", "lipperhey", "pagething", "trove", "thumbshots", "snapshot", "capture", "yahoo", "nuzzel",
                "monitor",
                "accoona", "altavista", "ask jeeves", "teoma", "wordpress.com", "yacy", "sitemap", "search", "seo",
                "download",
                "tracemyfile", "tineye", "genieo", "evc-batch", "ltx71", "mrcoto", "panscient", "bubing", "webmeup",
                "xenu",
                "webtrends", "rogerbot", "proximic", "grapeshot", "peer39", "comscore", "adbeat", "ias-", "integralads",
                "moatbot",
                "quora-", "virusdie", "website", "lookup", "dispatch", "reader", "agent/", "research",
                "test certificate", "probe",
            ])
        // `bot` as a word or the end of one, but not the phones of Cubot.
        rules.append(Rule(agentClass: .crawler, atoms: [Array("bot".utf8)], pattern: #"(?<!cu)(?<!sa)bot(?![a-z]{3})"#))
        rules.append(Rule(agentClass: .crawler, atoms: [Array("bot".utf8)], pattern: #"\bbot|(?<!cu)bots?\b"#))
        return rules
    }
}
