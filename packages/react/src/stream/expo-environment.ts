/**
 * The two variables of an Expo app, written out in full: bundlers replace exactly these words by their values. Expo's Babel
 * preset does so in the code of the app alone, not in packages; there the app hands `process.env.EXPO_PUBLIC_…` in.
 * Where nothing replaced them and there is no `process`, they are not set.
 */
declare const process: { readonly env: Readonly<Record<string, string | undefined>> }

export function prosodyUrlOfEnvironment(): string | undefined {
  try {
    return process.env.EXPO_PUBLIC_PROSODY_WS_URL || undefined
  } catch {
    return undefined
  }
}

export function apiUrlOfEnvironment(): string | undefined {
  try {
    return process.env.EXPO_PUBLIC_API_URL || undefined
  } catch {
    return undefined
  }
}
