/** Where a thing of the lab is shown. */
export function pathOf(kind: string, id: string): string | null {
  const at = encodeURIComponent(id)
  switch (kind) {
    case 'sample':
      return `/samples/${at}`
    case 'storage_unit':
      return `/storage/${at}`
    case 'run':
      return `/runs/${at}`
    case 'import':
      return `/imports/${at}`
    case 'notification_rule':
      return '/notifications'
    default:
      return null
  }
}

/** `sample/0192…` → its page. */
export function pathOfEntity(entity: string): string | null {
  const [kind, id] = entity.split('/')
  return kind && id ? pathOf(kind, id) : null
}
