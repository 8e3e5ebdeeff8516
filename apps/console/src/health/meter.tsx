/** A share of a whole as a bar under the figures of a list, which say the same. */
export function Meter({ share }: { readonly share: number }) {
  const width = Math.min(1, Math.max(0, share))
  return (
    <dd className="health-meter" data-full={width >= 0.9} aria-hidden="true">
      <span style={{ inlineSize: `${width * 100}%` }} />
    </dd>
  )
}
