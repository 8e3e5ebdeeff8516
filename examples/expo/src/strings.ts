/** Every word the app says, in English and Spanish; the device's language chooses. */
import type { AvatarLabels, MicrophoneState, ProsodyStreamState } from '@parley/react'
import { getLocales } from 'expo-localization'

export interface Strings {
  readonly title: string
  readonly start: string
  readonly stop: string
  readonly say: string
  readonly placeholder: string
  readonly offline: string
  readonly openSettings: string
  readonly device: string
  readonly pitch: string
  readonly energy: string
  readonly youSpoke: (seconds: string, how: string) => string
  readonly states: Readonly<Record<ProsodyStreamState, string>>
  readonly microphone: Readonly<Record<MicrophoneState, string>>
  readonly emotions: Readonly<Record<'low' | 'neutral' | 'high' | 'detached', string>>
  readonly face: AvatarLabels
}

const english: Strings = {
  title: 'Parley',
  start: 'Talk',
  stop: 'Stop',
  say: 'Say it',
  placeholder: 'Type something to be said',
  offline: 'No network. It goes on by itself as soon as there is one.',
  openSettings: 'Open settings',
  device: 'said by the device',
  pitch: 'Pitch',
  energy: 'Energy',
  youSpoke: (seconds, how) => `You spoke for ${seconds} s: ${how}`,
  states: {
    idle: 'not connected',
    connecting: 'connecting …',
    open: 'connected',
    reconnecting: 'connection lost, trying again …',
    offline: 'no network',
    closed: 'stopped',
    failed: 'not connected',
  },
  microphone: {
    unknown: 'The microphone is off.',
    prompt: 'Waiting for your permission …',
    granted: 'Listening.',
    denied: 'The microphone is not allowed. Allow it in the settings, then press Talk.',
    none: 'There is no microphone that can be used.',
    stopped: 'The microphone is off.',
  },
  emotions: { low: 'subdued', neutral: 'calm', high: 'excited', detached: 'detached' },
  face: {
    speaking: 'speaking',
    silent: 'silent',
    low: 'subdued',
    neutral: 'calm',
    high: 'excited',
    detached: 'detached',
  },
}

const spanish: Strings = {
  title: 'Parley',
  start: 'Hablar',
  stop: 'Parar',
  say: 'Decirlo',
  placeholder: 'Escribe algo para que se diga',
  offline: 'Sin red. Sigue por sí solo en cuanto la haya.',
  openSettings: 'Abrir los ajustes',
  device: 'dicho por el dispositivo',
  pitch: 'Tono',
  energy: 'Energía',
  youSpoke: (seconds, how) => `Hablaste ${seconds} s: ${how}`,
  states: {
    idle: 'sin conexión',
    connecting: 'conectando …',
    open: 'conectado',
    reconnecting: 'conexión perdida, reintentando …',
    offline: 'sin red',
    closed: 'parado',
    failed: 'sin conexión',
  },
  microphone: {
    unknown: 'El micrófono está apagado.',
    prompt: 'A la espera de tu permiso …',
    granted: 'Escuchando.',
    denied: 'El micrófono no está permitido. Permítelo en los ajustes y pulsa Hablar.',
    none: 'No hay ningún micrófono que se pueda usar.',
    stopped: 'El micrófono está apagado.',
  },
  emotions: { low: 'apagado', neutral: 'en calma', high: 'animado', detached: 'distante' },
  face: {
    speaking: 'habla',
    silent: 'en silencio',
    low: 'apagado',
    neutral: 'en calma',
    high: 'animado',
    detached: 'distante',
  },
}

export function stringsFor(language: string | null | undefined): Strings {
  return language === 'es' ? spanish : english
}

export const strings = stringsFor(getLocales()[0]?.languageCode)
