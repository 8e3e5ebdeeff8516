/**
 * The handset: a telephone at the phone emulator, held by a browser, a terminal or a test. Control is JSON, sound is
 * binary both ways: PCM16, little-endian, 8 kHz, mono, in pieces of any length (the emulator sends 20 ms). Nothing of it is
 * for a real carrier; a gateway that has one serves no handsets.
 */
import { z } from 'zod'
import { HANDSET_NUMBER, HANDSET_VERSION } from './handset-facts.js'

const number = z.string().regex(/^\+[1-9]\d{6,14}$/, 'expected a number such as +12025550199')

export const handsetClientMessageSchema = z.discriminatedUnion('type', [
  /** First, and once: takes the number, or is closed where another handset has it. */
  z.object({
    type: z.literal('hello'),
    version: z.literal(HANDSET_VERSION),
    number: number.default(HANDSET_NUMBER),
  }),
  z.object({ type: z.literal('dial'), to: number }),
  z.object({ type: z.literal('answer') }),
  /** Instead of answering. */
  z.object({ type: z.literal('refuse') }),
  z.object({ type: z.literal('hang-up') }),
  z.object({ type: z.literal('key'), digit: z.string().regex(/^[0-9*#A-D]$/, 'expected one key') }),
  /** From now on, also in the middle of a call. */
  z.object({
    type: z.literal('network'),
    jitterMs: z.number().min(0).max(2_000),
    lossPercent: z.number().min(0).max(100),
  }),
])

const call = z.string()
const atMs = z.number().meta({ description: 'Since the call began, ms.' })

export const handsetServerMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ready'),
    number,
    /** Numbers that a gateway answers at. */
    gatewayNumbers: z.array(z.string()),
  }),
  z.object({ type: z.literal('ringing'), call, from: z.string() }),
  z.object({ type: z.literal('dialling'), call, to: z.string() }),
  z.object({ type: z.literal('connected'), call, atMs }),
  /** The status is the carrier's: `completed`, `busy`, `no-answer`, `failed`, `canceled`. */
  z.object({ type: z.literal('over'), call, status: z.string(), atMs }),
  /** A media stream between carrier and gateway began or ended. */
  z.object({ type: z.literal('stream'), on: z.boolean(), atMs }),
  /** What the gateway sent before it was played to its end. */
  z.object({ type: z.literal('mark'), name: z.string(), atMs }),
  /** The gateway threw away what it had sent and was not played. */
  z.object({ type: z.literal('clear'), droppedMs: z.number(), atMs }),
  /** Keys that were sent into the call. */
  z.object({ type: z.literal('digits'), digits: z.string(), atMs }),
  /** Five times a second while connected. */
  z.object({
    type: z.literal('line'),
    atMs,
    /** Sound of the gateway that the carrier holds and has not played. */
    bufferedMs: z.number(),
    /** Loudest frame since the last, −100 for silence. */
    heardDbfs: z.number(),
    spokenDbfs: z.number(),
    /** How much of the gateway was heard in all. */
    heardMs: z.number(),
  }),
  /** What was asked for cannot be done; the handset goes on. */
  z.object({ type: z.literal('error'), code: z.string(), message: z.string() }),
])

export type HandsetClientMessage = z.infer<typeof handsetClientMessageSchema>
export type HandsetClientMessageInput = z.input<typeof handsetClientMessageSchema>
export type HandsetServerMessage = z.infer<typeof handsetServerMessageSchema>
