import { Drawer } from '@mantine/core'
import { Nav } from './Nav'

export default function MenuDrawer({ onClose }: { onClose: () => void }) {
  return (
    <Drawer opened onClose={onClose} title="TracSeq" size="16rem" closeButtonProps={{ 'aria-label': 'Close the menu' }}>
      <Nav onGo={onClose} />
    </Drawer>
  )
}
