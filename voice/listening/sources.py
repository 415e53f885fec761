"""Where sound comes from: a microphone or a recording, behind one protocol."""

from voice.listening.audio_file import AudioFileError, FileSource
from voice.listening.microphone import MicrophoneError, MicrophoneSource, refresh_devices
from voice.listening.sound import AudioSource, Block, Samples

__all__ = [
    "AudioFileError",
    "AudioSource",
    "Block",
    "FileSource",
    "MicrophoneError",
    "MicrophoneSource",
    "Samples",
    "refresh_devices",
]
