/** What prosody looks like on the wire, whichever socket carries it. The fields are those of `ProsodyFrame`. */
import { prosodyEmotions, visemes } from '@parley/audio'
import { z } from 'zod'

export const prosodyEmotionSchema = z.enum(prosodyEmotions)

export const prosodyFrameSchema = z
  .object({
    atMs: z
      .number()
      .meta({ description: 'Middle of the frame, ms since the first sample of its direction.' }),
    pitchHz: z.number().meta({ description: 'Fundamental frequency, Hz; 0 where nothing is voiced.' }),
    voicing: z.number().min(0).max(1).meta({ description: 'Probability of a voice with a pitch.' }),
    semitones: z.number().meta({ description: 'Pitch above the speaker’s own median so far; 0 unvoiced.' }),
    energy: z
      .number()
      .min(0)
      .max(1)
      .meta({ description: '0 at −60 dBFS and less, 1 at full scale, even in dB.' }),
    rms: z.number().min(0).max(1),
    levelDb: z.number().meta({ description: 'RMS in dBFS; −100 for silence.' }),
    loudness: z.number().meta({ description: 'Momentary loudness, LUFS (ITU-R BS.1770); −100 for silence.' }),
    voicedFraction: z.number().min(0).max(1).meta({ description: 'Of the last second.' }),
    tilt: z.number().meta({ description: 'Slope of the spectrum, dB per octave.' }),
    centroidHz: z.number(),
    harmonicity: z.number().meta({ description: 'Harmonics to noise, dB; −20 unvoiced.' }),
    syllableRate: z.number().meta({ description: 'Syllables a second over the last 2 s of speech.' }),
    speaking: z.boolean(),
    arousal: z.number().min(0).max(1).meta({ description: '0.5 is as this speaker usually is.' }),
    emotion: prosodyEmotionSchema,
    clipped: z.boolean(),
  })
  .meta({ title: 'Prosody frame', description: 'How something is said at one moment.' })

export const utteranceProsodySchema = z
  .object({
    fromMs: z.number(),
    untilMs: z.number(),
    pitch: z
      .object({
        medianHz: z.number(),
        lowHz: z.number(),
        highHz: z.number(),
        rangeSemitones: z.number(),
        semitones: z.number(),
        final: z.enum(['rise', 'fall', 'level']),
        finalSlope: z.number().meta({ description: 'Semitones a second over the last voiced 300 ms.' }),
      })
      .optional(),
    levelDb: z.number(),
    loudness: z.number(),
    syllables: z.int(),
    syllableRate: z.number(),
    pauses: z.int(),
    pauseMs: z.number(),
    voicedFraction: z.number(),
    arousal: z.number(),
    emotion: prosodyEmotionSchema,
    evidence: z.array(
      z.object({
        cue: z.enum(['pitch', 'range', 'level', 'rate', 'tilt']),
        difference: z.number(),
        weight: z.number(),
      }),
    ),
  })
  .meta({ title: 'Utterance prosody', description: 'How one utterance was said.' })

export const visemeCueSchema = z
  .object({
    viseme: z.enum(visemes),
    startMs: z.number(),
    endMs: z.number(),
  })
  .meta({ title: 'Viseme', description: 'A shape of the mouth and its place in the reply’s audio, ms.' })

export type ProsodyFrameFields = z.infer<typeof prosodyFrameSchema>
export type UtteranceFields = z.infer<typeof utteranceProsodySchema>
