/** Named values as they are stored. */

export function FieldList({ fields }: { readonly fields: Readonly<Record<string, unknown>> }) {
  return (
    <dl className="calls-fields">
      {Object.entries(fields).map(([name, value]) => (
        <div key={name} className="fact">
          <dt>{name}</dt>
          <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  )
}
