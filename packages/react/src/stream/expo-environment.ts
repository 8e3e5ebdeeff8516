/**
 * The two variables of an Expo app. Written out in full because Expo's Babel preset replaces exactly these words by
 * their values; where nothing replaced them and there is no `process`, they are not set.
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
