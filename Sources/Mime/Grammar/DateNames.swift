/// The names of months and zones in dates.
enum DateNames {
    /// 1 to 12, by the first three letters; nil where it is none.
    static func month(_ word: ArraySlice<UInt8>) -> Int? {
        switch key(word, 3) {
        case "jan", "ene", "gen": 1
        case "feb", "fé", "fev": 2
        case "mar", "mrz", "mä", "mrt": 3
        case "apr", "avr", "abr": 4
        case "may", "mai", "mag", "mei": 5
        case "jun", "giu": 6
        case "jul", "lug": 7
        case "aug", "ago": 8
        case "sep", "set": 9
        case "oct", "okt", "ott", "out": 10
        case "nov": 11
        case "dec", "dez", "dic", "dé": 12
        default: nil
        }
    }

    /// Minutes east of UTC. `counts` is false for the one-letter zones, whose signs RFC 822 got wrong (RFC 5322, section
    /// 4.3): they say nothing.
    static func zone(_ word: ArraySlice<UInt8>) -> (minutes: Int, counts: Bool)? {
        let letters = word.prefix { $0.isAlphanumeric && !$0.isDigit }
        if letters.count == 1 { return letters.first?.lowercased == UInt8(ascii: "z") ? (0, true) : (0, false) }
        let minutes: Int? =
            switch key(letters, 5) {
            case "ut", "utc", "gmt", "wet": 0
            case "est": -300
            case "edt": -240
            case "cst": -360
            case "cdt": -300
            case "mst": -420
            case "mdt": -360
            case "pst": -480
            case "pdt": -420
            case "akst": -540
            case "akdt": -480
            case "hst": -600
            case "ast": -240
            case "adt", "brt", "art": -180
            case "nst": -210
            case "ndt": -150
            case "cet", "met", "mez", "bst", "west": 60
            case "cest", "mest", "mesz", "eet", "sast", "cat": 120
            case "eest", "msk": 180
            case "msd": 240
            case "pkt": 300
            case "ist": 330
            case "ict", "wib": 420
            case "hkt", "sgt", "awst": 480
            case "jst", "kst": 540
            case "acst": 570
            case "aest": 600
            case "aedt": 660
            case "nzst": 720
            case "nzdt": 780
            default: nil
            }
        return minutes.map { ($0, true) }
    }

    /// The first bytes of the word, lower case. Three bytes hold two letters where the second is not ASCII.
    private static func key(_ word: ArraySlice<UInt8>, _ bytes: Int) -> String {
        String(decoding: word.prefix(bytes).map(\.lowercased), as: UTF8.self)
    }
}
