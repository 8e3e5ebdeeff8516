/**
 * The output of one response as it comes: sound, words and calls of tools, each told once. Output that is broken off makes
 * no call.
 */

import type { FarEvent } from '@parley/core'
import { parsedArguments } from '../../prompt/tool-arguments.js'
import { type Fields, fieldsOf, textOf } from './far-fields.js'
import type { FarLengths } from './far-lengths.js'
import { type SoundReader, soundReader } from './far-sound.js'

export interface FarAnswer {
  /** `isSilent`: it was cancelled; what comes is only measured. False for what is no output. */
  hear(event: Fields, isSilent: boolean): boolean
  /** Items of the conversation, by what came and by the whole response, of which nothing was told. */
  untold(response: Fields): readonly string[]
}

export interface FarAnswerOptions {
  readonly ask: string
  readonly rate: number
  readonly lengths: FarLengths
  readonly newId: () => string
  tell(event: FarEvent): void
}

export function farAnswer({ ask, rate, lengths, newId, tell }: FarAnswerOptions): FarAnswer {
  const readers = new Map<string, SoundReader>()
  const items = new Set<string>()
  const known = new Set<string>()
  /** Parts whose words came piece by piece, and items whose call was told. */
  const told = new Set<string>()
  let wordsOfPart = ''
  let isGap = true

  function sound(item: string, base64: string, isSilent: boolean): void {
    let read = readers.get(item)
    if (read === undefined) {
      read = soundReader(rate)
      readers.set(item, read)
    }
    const samples = read(base64)
    if (samples.length === 0) return
    lengths.grow(item, samples.length)
    if (isSilent) return
    known.add(item)
    tell({ kind: 'audio', ask, item, samples })
  }

  /** Models leave no space between two messages of one answer. */
  function words(item: string, part: string, text: string): void {
    const isNext = wordsOfPart !== '' && wordsOfPart !== part && !isGap && !/^\s/.test(text)
    wordsOfPart = part
    isGap = /\s$/.test(text)
    known.add(item)
    tell({ kind: 'words', ask, item, text: isNext ? ` ${text}` : text })
  }

  /** Some servers give the words only when all are there. */
  function allWords(item: string, event: Fields, text: string | undefined): void {
    const part = partOf(item, event)
    if (text === undefined || told.has(part)) return
    told.add(part)
    words(item, part, text)
  }

  function call(item: string, fields: Fields): void {
    const name = textOf(fields.name)
    const isCall = fields.type === 'function_call' && (fields.status ?? 'completed') === 'completed'
    if (!isCall || name === undefined || told.has(item)) return
    told.add(item)
    known.add(item)
    const text = typeof fields.arguments === 'string' ? fields.arguments : ''
    const id = textOf(fields.call_id) ?? newId()
    tell({ kind: 'tool-call', ask, item, call: { id, name, arguments: parsedArguments(text) } })
  }

  return {
    hear(event, isSilent) {
      const item = textOf(event.item_id) ?? ''
      switch (event.type) {
        case 'response.output_audio.delta':
          if (typeof event.delta === 'string') sound(item, event.delta, isSilent)
          return true
        case 'response.output_audio_transcript.delta':
        case 'response.output_text.delta':
          if (isSilent || typeof event.delta !== 'string' || event.delta === '') return true
          told.add(partOf(item, event))
          words(item, partOf(item, event), event.delta)
          return true
        case 'response.output_audio_transcript.done':
          if (!isSilent) allWords(item, event, textOf(event.transcript))
          return true
        case 'response.output_text.done':
          if (!isSilent) allWords(item, event, textOf(event.text))
          return true
        case 'response.output_audio.done':
          lengths.finish(item)
          return true
        case 'response.output_item.added':
          items.add(textOf(fieldsOf(event.item).id) ?? '')
          return true
        case 'response.output_item.done': {
          const fields = fieldsOf(event.item)
          if (!isSilent) call(textOf(fields.id) ?? '', fields)
          return true
        }
        case 'response.created':
          return false
        default:
          return true
      }
    },
    untold({ output }) {
      const all = Array.isArray(output) ? output.map(item => textOf(fieldsOf(item).id) ?? '') : []
      return [...new Set([...items, ...all])].filter(item => item !== '' && !known.has(item))
    },
  }
}

function partOf(item: string, { content_index: index }: Fields): string {
  return `${item}:${typeof index === 'number' ? index : 0}`
}
