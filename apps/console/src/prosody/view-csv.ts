/** All that is kept of a view as CSV (RFC 4180): a row for each frame, in order of time. */
import { semitonesBetween } from './axis.js'
import type { ProsodyView, Side } from './prosody-view.js'
import { medianHz } from './track.js'

const header = 'atMs,side,reply,placeMs,pitchHz,semitones,voicing,loudness,speaking,arousal,emotion'

export function csvOfView(view: ProsodyView): string {
  const rows = (['user', 'agent'] as const).flatMap(side => rowsOf(view, side))
  rows.sort((a, b) => a.atMs - b.atMs)
  return [header, ...rows.map(({ line }) => line), ''].join('\r\n')
}

function rowsOf(view: ProsodyView, side: Side): { atMs: number; line: string }[] {
  const median = medianHz(view[side])
  return view[side].chunks.flat().map(moment => {
    const { atMs, pitchHz, voicing, loudness, speaking, arousal, emotion, reply, placeMs } = moment
    const semitones = pitchHz > 0 && median !== undefined ? semitonesBetween(pitchHz, median).toFixed(2) : ''
    const cells = [
      atMs.toFixed(1),
      side,
      quoted(reply ?? ''),
      placeMs?.toFixed(1) ?? '',
      pitchHz > 0 ? pitchHz.toFixed(2) : '',
      semitones,
      voicing.toFixed(3),
      loudness.toFixed(1),
      speaking ? 1 : 0,
      arousal.toFixed(3),
      emotion,
    ]
    return { atMs, line: cells.join(',') }
  })
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
