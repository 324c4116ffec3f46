public import Support

/// The diagnostics of places.
public enum PlacesCodes {
    /// Countries without a database.
    public static let missing = DiagnosticCode(
        "places-missing", "a country or a circle needs a database of places",
        """
        A server sees an address, not a country. Which network is where stands in databases that MaxMind (GeoLite2),
        DB-IP and IPinfo give away, each under its own licence; wayseal brings none. It reads the file when it builds,
        and the server needs neither the file nor a module.

            links:
              tour: { to: https://example.org/, when: [ { country: FR, to: https://example.org/fr } ] }

        Mended:

            reports: { geo: data/city.mmdb }
            links:
              tour: { to: https://example.org/, when: [ { country: FR, to: https://example.org/fr } ] }
        """)

    /// A file that is no database, or a broken one.
    public static let damaged = DiagnosticCode(
        "places-damaged", "the database of places can't be used",
        """
        The file named by 'reports: { geo: … }' must be an unpacked MaxMind DB (.mmdb) of version 2. The message says at
        which byte it stops making sense. Nothing is built from half a database: a place would silently be smaller
        than you think. Mostly a download was cut off, or the file is still packed (.tar.gz).
        """)

    /// Old data.
    public static let outdated = DiagnosticCode(
        "places-outdated", "the database of places is more than a year old",
        """
        Networks are sold and moved all the time: after a year a few in a hundred stand in another country than the
        database says. The build goes on; fetch a new file and build again.
        """)

    /// Nobody is in it.
    public static let empty = DiagnosticCode(
        "places-empty", "no address of the database is in this place",
        """
        The place is written correctly, but the database knows no network there: a circle that is too small, latitude and
        longitude in the wrong order, or a country of which the database has no networks. Nobody passes.
        """)

    /// A circle with a database of countries.
    public static let withoutLocations = DiagnosticCode(
        "places-without-locations", "a circle needs a database with locations",
        """
        'near' and 'within' measure the distance to the location that the database gives for a network. Databases of
        countries have none: use the city edition (GeoLite2-City, DB-IP City Lite), or name countries alone.
        """)

    /// All codes of this room.
    public static let all = [missing, damaged, outdated, empty, withoutLocations]
}
