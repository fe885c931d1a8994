import OrgKey
import Testing

@testable import OrgKeyCommand

@Suite struct UsageChartTests {
  private let plain = Style(hasColor: false)
  // 2026-11-24.
  private let today = DayNumber(number: 20_781)

  private func day(_ ago: Int, allowed: UInt64 = 0, denied: UInt64 = 0) -> UsageDay {
    UsageDay(
      day: today.advanced(by: -ago).start, allowedCount: allowed,
      denials: denied == 0
        ? [] : [.init(reason: .keyExpired, count: denied)])
  }

  private func chart(_ days: [UsageDay], of count: Int) -> UsageChart {
    UsageChart(days, in: today.advanced(by: 1 - count)...today)
  }

  @Test func drawsEachDayAlsoThoseWithoutUse() {
    let lines = chart([day(0, allowed: 5), day(2, allowed: 1_200, denied: 300)], of: 4)
      .lines(width: nil, style: plain)
    #expect(
      lines == [
        "DAY (UTC)   ALLOWED █  DENIED ░",
        "2026-11-21          0         0  ·",
        "2026-11-22      1,200       300  " + String(repeating: "█", count: 32)
          + String(repeating: "░", count: 8),
        "2026-11-23          0         0  ·",
        "2026-11-24          5         0  █",
      ])
  }

  @Test func fitsEveryWidthAndHidesNoUse() {
    let huge = UInt64.max / 2
    for width in 34...200 {
      for (allowed, denied) in [(0, 1), (1, 0), (1, 1), (1, huge), (huge, 1), (huge, huge), (3, 2)]
        as [(UInt64, UInt64)]
      {
        let days = [day(0, allowed: allowed, denied: denied), day(1, allowed: 7)]
        let lines = chart(days, of: 3).lines(width: width, style: plain)
        #expect(lines.count == 4)
        for line in lines where width >= 66 { #expect(Printable.width(line) <= width) }
        let last = lines[3]
        guard Printable.width(last) > Printable.width(lines[0]) + 2 else { continue }
        #expect(last.contains("█") == (allowed > 0))
        #expect(last.contains("░") == (denied > 0))
      }
    }
  }

  @Test func knowsDays() {
    #expect(today.text == "2026-11-24")
    #expect(DayNumber(Timestamp(unixMilliseconds: 0)).text == "1970-01-01")
    #expect(DayNumber(Timestamp(unixMilliseconds: -1)).number == -1)
    #expect(DayNumber(Timestamp(unixMilliseconds: 86_399_999)).number == 0)
    #expect(DayNumber(Timestamp(unixMilliseconds: 86_400_000)).number == 1)
    #expect(DayArgument(argument: "2026-11-24")?.day == today)
    #expect(DayArgument(argument: "2026-11-24T23:59:59Z")?.day == today)
    for wrong in ["", "today", "2026-13-01", "2026-02-30", "24.11.2026"] {
      #expect(DayArgument(argument: wrong) == nil, "\(wrong)")
    }
  }
}
