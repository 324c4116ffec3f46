public import Build
import Manifest
public import Site

extension BatchSurvey {
    /// The codes by which the designs of this batch's rows are judged: every row is looked at. None where no row can have a
    /// design.
    public func samples(_ site: Site, workers: Int) async throws(BatchError) -> DesignSamples {
        var all = DesignSamples(site)
        let empty = all
        let designs = batch.rowDesign == nil ? [batch.design] : [batch.design] + batch.designNumbers.values
        guard let reader, designs.contains(where: { empty.takes($0) }) else { return all }
        let prefix = BatchImages.prefix(batch, site)
        let (table, isDense, stretches) = (table, batch.isDense, table.stretches)
        do {
            try await OrderedWork.run(count: stretches.count, workers: workers) { index throws(BuildError) in
                do throws(BatchError) {
                    var (found, reader) = (empty, reader)
                    let bytes = try table.read(stretches[index])
                    reader.begin(before: stretches[index].before)
                    while true {
                        switch reader.next(bytes.span) {
                        case .end: return found
                        case .problem: continue
                        case .row:
                            guard (try? reader.normalize()) != nil, found.takes(reader.design) else { continue }
                            let url = BatchImages.url(prefix, reader.slug, isDense: isDense)
                            found.add(url.span, Int(reader.design)) {
                                (String(decoding: url, as: UTF8.self), String(decoding: reader.slug, as: UTF8.self))
                            }
                        }
                    }
                } catch { throw Self.carried(error) }
            } take: { found throws(BuildError) in
                all.formUnion(found)
                return true
            }
        } catch { throw Self.uncarried(error) }
        return all
    }
}
