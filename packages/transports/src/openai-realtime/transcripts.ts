/**
 * Words of the caller's items: told as `delta`, and once as `completed` when no more are to be expected. A session gives
 * the whole text of a turn again and again; an item that came of a turn's second half has only its new words.
 */
import type { Cancel } from '@parley/core'
import type { PeerState } from './peer-state.js'

export interface Transcript {
  /** The whole text of the turn so far, final. */
  final(turnText: string): void
  /** As above, and what may still change. */
  partial(turnText: string): void
  /** The item is there, `seconds` of sound. */
  committed(seconds: number): void
  /** No more words come: told at once. */
  close(): void
  /** The turn's text so far, for the item that comes after this one. */
  readonly turnText: string
}

const event = (name: string) => `conversation.item.input_audio_transcription.${name}`

export function openTranscript(
  peer: PeerState,
  {
    itemId,
    before,
    canHear,
  }: { readonly itemId: string; readonly before: string; readonly canHear: boolean },
): Transcript {
  let whole = before
  let unsure = before
  let told = ''
  let seconds: number | undefined
  let isOver = false
  let cancel: Cancel = () => {}

  const own = () => (whole.startsWith(before) ? whole.slice(before.length) : whole).trim()
  const isWanted = () => peer.settings.audio.input.transcription !== null

  const isDeleted = () => seconds !== undefined && peer.items.get(itemId) === undefined

  function delta(): void {
    const text = own()
    if (!isWanted() || isOver || isDeleted() || text === told || !text.startsWith(told)) return
    peer.emit(event('delta'), { item_id: itemId, content_index: 0, delta: text.slice(told.length) })
    told = text
  }

  function expectMore(): void {
    cancel()
    if (isOver || seconds === undefined) return
    const { lateWordsMs, noWordsMs } = peer.limits
    const isDone = whole !== before && unsure.length <= whole.length
    cancel = peer.clock.after(isDone ? lateWordsMs : noWordsMs, complete)
  }

  function complete(): void {
    if (isOver) return
    isOver = true
    cancel()
    // Words that never became final are better than none.
    if (whole === before && unsure.length > before.length) whole = unsure
    const transcript = own()
    const booked = peer.items.get(itemId)
    if (booked !== undefined) booked.words = transcript
    if (!isWanted() || seconds === undefined || booked === undefined) return
    booked.item = { ...booked.item, content: [{ type: 'input_audio', transcript }] }
    if (!canHear) {
      const error = {
        type: 'transcription_error',
        code: 'no_recogniser',
        message: 'The agent has no recogniser; name one in its file.',
      }
      return peer.emit(event('failed'), { item_id: itemId, content_index: 0, error })
    }
    const usage = { type: 'duration', seconds }
    peer.emit(event('completed'), { item_id: itemId, content_index: 0, transcript, usage })
  }

  return {
    final(turnText) {
      whole = turnText
      const booked = peer.items.get(itemId)
      if (booked !== undefined) booked.words = own()
      if (seconds !== undefined || peer.settings.type === 'transcription') delta()
      expectMore()
    },
    partial(turnText) {
      unsure = turnText
      expectMore()
    },
    committed(ofSeconds) {
      seconds = ofSeconds
      if (!canHear) return complete()
      delta()
      expectMore()
    },
    close: complete,
    get turnText() {
      return whole
    },
  }
}
