/** The caller's words, as they are written down item by item. */

import type { FarEvent } from '@parley/core'
import { realtimeError } from '../realtime-error.js'
import { VENDOR } from '../realtime-link.js'
import { type Fields, textOf } from './far-fields.js'

const PREFIX = 'conversation.item.input_audio_transcription.'
/** Items whose words may be under way; of older ones nothing more is told. */
const MOST = 64

/** Returns whether the event was of a transcript. */
export type FarTranscripts = (event: Fields) => boolean

export function farTranscripts(tell: (event: FarEvent) => void): FarTranscripts {
  /** Words so far; undefined: all is told. */
  const items = new Map<string, string | undefined>()

  function set(item: string, text: string | undefined): void {
    items.set(item, text)
    if (items.size <= MOST) return
    const [oldest] = items.keys()
    if (oldest !== undefined) items.delete(oldest)
  }

  return event => {
    if (typeof event.type !== 'string' || !event.type.startsWith(PREFIX)) return false
    const item = textOf(event.item_id)
    if (item === undefined || (items.has(item) && items.get(item) === undefined)) return true
    const name = event.type.slice(PREFIX.length)
    if (name === 'delta' && typeof event.delta === 'string') {
      const text = (items.get(item) ?? '') + event.delta
      set(item, text)
      if (text.trim() !== '') tell({ kind: 'transcript', item, text: text.trim(), final: false })
    } else if (name === 'completed' && typeof event.transcript === 'string') {
      set(item, undefined)
      tell({ kind: 'transcript', item, text: event.transcript.trim(), final: true })
    } else if (name === 'failed') {
      set(item, undefined)
      tell({ kind: 'transcript-failed', item, error: realtimeError(VENDOR, event.error) })
    }
    return true
  }
}
