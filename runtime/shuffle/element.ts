// What a buffer holds: a sequence of elements, each a tag byte and its payload, all numbers little-endian. Watermarks and
// the end of the stream travel in line with the records, so their order is exact; a checkpoint barrier is one more tag.
//
//   record      tag:u8 length:u32 timestamp:f64 row[length]     of the channel's current record type
//   watermark   tag:u8 time:f64
//   idle        tag:u8                                          the channel will send no record for a while
//   active      tag:u8                                          it is back
//   end         tag:u8                                          nothing follows
//   define      tag:u8 index:u8 length:u32 json[length]         a record type, current from here on (inferred edges only)
//   use         tag:u8 index:u8                                 an earlier defined type is current from here on
//   fragment    tag:u8 length:u32 remaining:u32 part[length]    a piece of an element larger than a buffer; the parts are
//                                                               joined, and parsed as one element when remaining is 0

export const RECORD = 1;
export const WATERMARK = 2;
export const IDLE = 3;
export const ACTIVE = 4;
export const END = 5;
export const DEFINE_TYPE = 6;
export const USE_TYPE = 7;
export const FRAGMENT = 8;

export const RECORD_HEADER_BYTES = 13;
export const WATERMARK_BYTES = 9;
export const DEFINE_TYPE_HEADER_BYTES = 6;
export const USE_TYPE_BYTES = 2;
export const FRAGMENT_HEADER_BYTES = 9;

/** How many shapes an inferred edge tells apart; whatever comes after travels self-described. */
export const INFERRED_TYPES_MAX = 16;
