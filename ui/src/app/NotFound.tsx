import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Empty } from '~/shared/states'

export function NotFound() {
  return (
    <Empty whole title="There is no such page" actions={<Button renderRoot={(props) => <Link to="/" {...props} />}>Go home</Button>}>
      The address may be mistyped. Scan or search for what you want with Ctrl K.
    </Empty>
  )
}
