/** What every provider has besides its work, for those that wrap one; its methods keep their own `this`. */

export interface ProviderLife {
  readonly name: string
  warm?(): Promise<void>
  close?(): Promise<void>
}

export function lifeOf(provider: ProviderLife): ProviderLife {
  return {
    name: provider.name,
    ...(provider.warm === undefined ? {} : { warm: async () => provider.warm?.() }),
    ...(provider.close === undefined ? {} : { close: async () => provider.close?.() }),
  }
}
