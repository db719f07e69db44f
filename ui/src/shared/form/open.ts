/** The dialog that lies over the page, if one does. */
export const openForm = () => document.querySelector('[role="dialog"][aria-modal="true"]')
export const formIsOpen = () => openForm() !== null
