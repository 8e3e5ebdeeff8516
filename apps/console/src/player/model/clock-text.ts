/** Times of a conversation for people, and as captions write them. */

/** `0:07`, `12:30`, `1:02:30`; with tenths behind `mark` where asked for. */
export function clockText(ms: number, tenths = false, mark = '.'): string {
  const unit = tenths ? 100 : 1_000
  const parts = Math.max(0, Math.floor(ms / unit))
  const perSecond = 1_000 / unit
  const seconds = Math.floor(parts / perSecond)
  const rest = tenths ? `${mark}${parts % perSecond}` : ''
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60]
  const tail = `${String(seconds % 60).padStart(2, '0')}${rest}`
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`
}

/** `00:00:07,120`; the mark before milliseconds is a comma for SubRip, a point for WebVTT. */
export function captionTime(ms: number, mark: ',' | '.'): string {
  const whole = Math.max(0, Math.round(ms))
  const two = (value: number) => String(value).padStart(2, '0')
  const seconds = Math.floor(whole / 1_000)
  const clock = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':')
  return `${clock}${mark}${String(whole % 1_000).padStart(3, '0')}`
}

/** The time that an address names after `?t=`, in ms; undefined where it names none. */
export function timeInHash(hash: string): number | undefined {
  const [, query = ''] = hash.split('?')
  const seconds = Number(new URLSearchParams(query).get('t') ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined
}

/** The same address with another time. */
export function hashAt(hash: string, ms: number): string {
  const [path = ''] = hash.split('?')
  return ms <= 0 ? path : `${path}?t=${(ms / 1_000).toFixed(1)}`
}
