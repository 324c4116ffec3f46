import CQREncode
import Glibc
import QRCode
@main struct B { static func main() throws {
  func cpu() -> Double { var t = timespec(); clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); return Double(t.tv_sec) * 1e6 + Double(t.tv_nsec) / 1e3 }
  var e = QREncoder(); var n = 0
  if CommandLine.arguments.count > 1 { for i in 0..<2000 { n &+= try e.encode("https://go.example.com/r/0000" + String(1000 + i) + "?utm_source=print&utm_id=a1").mask }; print(n); return }
  func text(_ i: Int) -> String { let d = String(i); return "https://go.example.com/r/" + String(repeating: "0", count: 8 - d.count) + d + "?utm_source=print&utm_id=a1" }
  let texts = (0..<20000).map { text($0) }
  for _ in 0..<3 {
  let t0 = cpu(); for t in texts { n &+= try e.encode(t).mask }; let t1 = cpu()
  for t in texts.prefix(4000) { let q = QRcode_encodeString8bit(t, 0, QR_ECLEVEL_M); n &+= Int(q!.pointee.width); QRcode_free(q) }; let t2 = cpu()
  for t in texts.prefix(4000) { let q = QRcode_encodeString(t, 0, QR_ECLEVEL_M, QR_MODE_8, 1); n &+= Int(q!.pointee.width); QRcode_free(q) }; let t3 = cpu()
  print((t1-t0)/20000, (t2-t1)/4000, (t3-t2)/4000, n) }
  for _ in 0..<3 { let a = cpu(); for t in texts { n &+= try e.encode(t, mask: 3).size }; let b = cpu(); for t in texts { n &+= try e.encode(t).size }; print("fixed", (b-a)/20000, "auto", (cpu()-b)/20000) }
  for v in [1,3,10,11,12,27,28,40] { _ = try e.encode("a", minimumVersion: v); let a = cpu(); for _ in 0..<1000 { _ = try e.encode("a", minimumVersion: v) }; let b = cpu(); _ = try e.encode("a", minimumVersion: v, mask: 1); for _ in 0..<1000 { _ = try e.encode("a", minimumVersion: v, mask: 1) }; print(v, (b-a)/1000, (cpu()-b)/1000) }
} }
