//! Acts on reference data.

use entity::{area, priority_area, priority_edition, resource_type};

use crate::acts;

acts! {
    area::Entity {
        open_data: true,
        grants_access: true,

        /// An administrator added or changed an area.
        AREA_SAVED = "area.saved" => &[];
    }

    resource_type::Entity {
        open_data: true,
        grants_access: true,

        /// An administrator added or changed a resource type.
        RESOURCE_TYPE_SAVED = "resource_type.saved" => &[];
    }

    priority_edition::Entity {
        open_data: false,
        grants_access: true,

        /// An administrator created an edition of the priorities.
        EDITION_CREATED = "priority_edition.created" => &[];
        /// An administrator opened an edition for consultation.
        EDITION_OPENED = "priority_edition.opened_for_consultation" => &[];
        /// An administrator adopted an edition.
        EDITION_ADOPTED = "priority_edition.adopted" => &[];
    }

    priority_area::Entity {
        open_data: false,
        grants_access: true,

        /// An administrator added or changed a priority area.
        PRIORITY_AREA_SAVED = "priority_area.saved" => &[];
        /// An administrator removed a priority area.
        PRIORITY_AREA_REMOVED = "priority_area.removed" => &[];
    }
}
