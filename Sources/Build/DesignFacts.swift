public import Site
import Support

extension Design {
    /// All that its pictures depend on, as a text: where it stands in the manifest, its name and what it is asked for
    /// change nothing. Pictures are in it by their digests.
    public var facts: String {
        func digest(_ file: LogoFile) -> LogoFile { LogoFile(path: "", bytes: SHA256.hash(file.bytes)) }
        var design = self
        design.name = ""
        design.range = nil
        design.leastScore = nil
        design.distance = nil
        if let logo = design.logo { design.logo?.file = digest(logo.file) }
        if let art = design.art { design.art?.image = digest(art.image) }
        return "\(design)"
    }
}
