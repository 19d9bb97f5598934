import CSystem

/// Random bytes from the kernel (getrandom(2)).
package func randomBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
        let got = bytes.withUnsafeMutableBytes { getrandom($0.baseAddress! + done, count - done, 0) }
        if got > 0 { done += got }
    }
    return bytes
}
