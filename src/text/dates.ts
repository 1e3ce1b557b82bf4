const DAY_MS = 24 * 60 * 60 * 1000

/** True if a text is a valid date, YYYY-MM-DD. */
export function isDate(text: string): boolean {
  const milliseconds = /^\d{4}-\d{2}-\d{2}$/.test(text) ? millisecondsOf(text) : Number.NaN
  // Date parses 2025-02-30 as a day in March.
  return !Number.isNaN(milliseconds) && addDays(text, 0) === text
}

/** The date `days` days after a date, YYYY-MM-DD; before it if negative. */
export function addDays(date: string, days: number): string {
  return new Date(millisecondsOf(date) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The number of days from `earlier` to `later`. */
export function daysBetween(earlier: string, later: string): number {
  return (millisecondsOf(later) - millisecondsOf(earlier)) / DAY_MS
}

/** The Monday of the week of a date: the date in the published file's name. */
export function mondayOf(date: string): string {
  return addDays(date, -((new Date(millisecondsOf(date)).getUTCDay() + 6) % 7))
}

/** The Mondays after the week of `earlier`, up to the week of `later`. */
export function weeksAfter(earlier: string, later: string): string[] {
  const first = mondayOf(earlier)
  const count = Math.max(0, daysBetween(first, mondayOf(later)) / 7)
  return Array.from({ length: count }, (_, index) => addDays(first, 7 * (index + 1)))
}

const millisecondsOf = (date: string) => Date.parse(`${date}T00:00:00Z`)
