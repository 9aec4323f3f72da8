/** Types of images that a browser shows without running anything; the server gives no others. */
export const IMAGES: readonly string[] = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
